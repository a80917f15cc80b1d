// The protocol by which threads share forked calls (vm/exec/scheduler.h), for the model checker spin:
// scripts/check_model.sh looks at every order in which its steps can happen.
//
// The program is four functions, each called once: the entry point (0) and three calls that are forked. A function
// forks up to two calls, then awaits each or drops it; it may fail before any step. A strand is named after the
// function that it began with; a call that is awaited before anyone else has it runs in the strand of its caller.
//
// Checked: nobody waits for ever; a future is run or dropped, once; results are read after they are written; only
// strands that have been saved are resumed; all is freed once and not touched afterwards; what is queued finds a
// worker; when the invocation ends nothing is queued or running.
//
// What is done under the session's mutex is one step (`Locked`), and so is what a thread does between two accesses to
// what others can see; a bug takes such a step apart.
//
// THREADS  the calling thread and its workers
// SHAPE    0: 0 forks 1 and 2, 1 forks 3    1: 0 forks 1, which forks 2, which forks 3    2: 0 forks 1, which forks 2 and 3
// BUG_...  breaks one rule; the checker must notice.

#ifndef THREADS
#define THREADS 2
#endif
#ifndef SHAPE
#define SHAPE 0
#endif

#define N 4        // functions
#define ENTRY 0
#define NONE 255

mtype = { Unforked, Deferred, Queued, Running, Awaited, Dropped, Done };

#if SHAPE == 0
#define First(f) (f == 0 -> 1 : (f == 1 -> 3 : NONE))
#define Second(f) (f == 0 -> 2 : NONE)
#define Caller(f) (f == 3 -> 1 : 0)
#elif SHAPE == 1
#define First(f) (f < 3 -> f + 1 : NONE)
#define Second(f) NONE
#define Caller(f) (f - 1)
#else
#define First(f) (f == 0 -> 1 : (f == 1 -> 2 : NONE))
#define Second(f) (f == 1 -> 3 : NONE)
#define Caller(f) (f == 1 -> 0 : 1)
#endif

// Of the session, guarded by its mutex.
bool queued[N];
byte num_active;       // workers that are in the loop, or on their way to it
byte num_outstanding;  // shared futures that are not finished
bool entry_done;
bool waiting;          // the calling thread, for the condition variable
byte num_started;      // tasks that the pool of threads has not begun
bool stop;             // the entry point has failed; seen at some time by the others

// Of futures and strands, by function.
mtype state[N] = Unforked;
byte waiter[N] = NONE;
byte current[N];       // of a strand: the function that it is in
byte place[N];         // of a function: its next step
bool failed[N];
bool owned[N];         // forked, and neither awaited nor dropped

// What is checked only.
bool saved[N];         // of a strand
bool written[N];       // the results
byte num_runs[N];
bool unrun[N];         // dropped before it ran
bool freed[N];
byte num_looking;      // workers that will look at the queue again
byte num_strands;      // begun and not ended
bool gone;             // the session

#define Locked atomic { assert(!gone);
#define Notify() waiting = false
#define Touch(c) assert(!freed[c])
#define Free(c) assert(!freed[c]); freed[c] = true
#define NothingQueued() (!queued[1] && !queued[2] && !queued[3])
#define Fail(f) failed[f] = true; stop = stop || f == ENTRY
#define OwnsFirst(f) (First(f) != NONE && owned[First(f)])
#define OwnsSecond(f) (Second(f) != NONE && owned[Second(f)])

inline Enter(c) {  // a call begins
  assert(num_runs[c] == 0 && !unrun[c]);
  num_runs[c]++
}

inline Take(c) {  // out of the queue
  assert(state[c] == Queued && queued[c]);
  queued[c] = false
}

proctype Thread(bool calls) {
  byte s, f, c;
  mtype old;
  if
  :: calls -> s = ENTRY; num_strands++; goto step
  :: else
  fi;

end_idle:  // a thread of the pool
  atomic { num_started > 0 -> num_started-- }

look:
  Locked
    s = 0; f = 0; c = 0; old = Unforked;
    if
    :: queued[1] -> c = 1
    :: queued[2] -> c = 2
    :: queued[3] -> c = 3
    :: NothingQueued() && !calls ->
       num_looking--;
#ifdef BUG_LEAVE_WITHOUT_MUTEX
       goto left
#else
       num_active--;
       goto end_idle
#endif
#ifdef BUG_END_WITHOUT_OUTSTANDING
    :: NothingQueued() && calls && entry_done -> goto over
    :: NothingQueued() && calls && !entry_done ->
#else
    :: NothingQueued() && calls && entry_done && num_outstanding == 0 -> goto over
    :: NothingQueued() && calls && !(entry_done && num_outstanding == 0) ->
#endif
#ifndef BUG_WAIT_WITHOUT_MUTEX
       waiting = true;
#endif
       goto wait
    fi;
    Take(c);
    state[c] = Running;
    Enter(c);
    num_strands++;
    s = c;
    current[s] = c
  }
  goto step;
#ifdef BUG_LEAVE_WITHOUT_MUTEX
left:
  num_active--;
  goto end_idle;
#endif

wait:
#ifdef BUG_WAIT_WITHOUT_MUTEX
  waiting = true;
#endif
  !waiting;
  goto look;

step:
  atomic {
    f = current[s];
    do
    :: place[f] == 0 && First(f) == NONE || place[f] == 1 && Second(f) == NONE -> place[f]++
    :: place[f] == 2 && !OwnsFirst(f) || place[f] == 3 && !OwnsSecond(f) -> place[f]++
    :: else -> break
    od;
    if
    :: failed[f] && OwnsFirst(f) -> c = First(f); goto drop
    :: failed[f] && !OwnsFirst(f) && OwnsSecond(f) -> c = Second(f); goto drop
    :: failed[f] && !OwnsFirst(f) && !OwnsSecond(f) -> goto leave
    :: !failed[f] -> Fail(f); goto step
    :: !failed[f] && !stop && place[f] < 2 ->
       c = (place[f] == 0 -> First(f) : Second(f));
       place[f]++;
       goto fork
    :: !failed[f] && !stop && (place[f] == 2 || place[f] == 3) ->
       c = (place[f] == 2 -> First(f) : Second(f));
       place[f]++;
       if
       :: goto drop
       :: goto await
       fi
    :: !failed[f] && !stop && place[f] == 4 -> goto leave
    fi
  }

fork:
  Locked
    owned[c] = true;
    if
    :: state[c] = Deferred
    :: THREADS > 1 ->
       state[c] = Queued;
       queued[c] = true;
       num_outstanding++;
       if
       :: num_active < THREADS - 1 -> num_active++; num_looking++; num_started++
       :: else
       fi;
       assert(num_looking > 0);
       Notify()
    fi
  }
  goto step;

await:
#ifdef BUG_TAKE_BACK_WITHOUT_MUTEX
  old = state[c];
#endif
  Locked
    Touch(c);
#ifndef BUG_TAKE_BACK_WITHOUT_MUTEX
    old = state[c];
#endif
    if
    :: old == Queued -> Take(c); num_outstanding--
    :: else
    fi;
    if
    :: old == Deferred || old == Queued -> owned[c] = false; Free(c); Enter(c); current[s] = c; goto step
    :: else
    fi
  }
#ifdef BUG_AWAIT_WITHOUT_CAS
  old = state[c];
#endif
  atomic {
    Touch(c);
#ifndef BUG_AWAIT_WITHOUT_CAS
    old = state[c];
#endif
    if
    :: old == Running ->
       waiter[c] = s;
       state[c] = Awaited;
#ifndef BUG_RESUME_BEFORE_SAVE
       saved[s] = true;
       goto look
#endif
    :: old == Done ->
       assert(written[c]);
       if
       :: failed[c] -> Fail(f)
       :: else
       fi;
       owned[c] = false;
       Free(c);
       goto step
    fi
  }
#ifdef BUG_RESUME_BEFORE_SAVE
  saved[s] = true;
  goto look;
#endif

drop:
  Locked
    Touch(c);
    old = state[c];
    if
    :: old == Queued -> Take(c); num_outstanding--
    :: else
    fi;
    if
    :: old == Deferred || old == Queued -> owned[c] = false; unrun[c] = true; Free(c); goto step
    :: else
    fi
  }
#ifdef BUG_DROP_WITHOUT_EXCHANGE
  old = state[c];
#endif
  atomic {
    Touch(c);
#ifndef BUG_DROP_WITHOUT_EXCHANGE
    old = state[c];
#endif
    state[c] = Dropped;
    owned[c] = false;
    if
    :: old == Done -> Free(c)
    :: old == Running
#ifdef BUG_DROP_FREES_RUNNING
       -> Free(c)
#endif
    fi
  }
  goto step;

leave:  // the function f
  if
  :: f != s ->  // back in the one that awaits it
     atomic {
       current[s] = Caller(f);
       if
       :: failed[f] -> Fail(Caller(f))
       :: else
       fi
     }
     goto step
  :: f == s && f == ENTRY ->
     Locked num_strands--; entry_done = true; Notify() }
     goto look
  :: f == s && f != ENTRY
  fi;
#ifdef BUG_DONE_WITHOUT_EXCHANGE
  old = state[f];
#endif
  atomic {
    Touch(f);
#ifndef BUG_DONE_BEFORE_RESULT
    written[f] = true;
#endif
#ifndef BUG_DONE_WITHOUT_EXCHANGE
    old = state[f];
#endif
    state[f] = Done;
    c = NONE;
    if
    :: old == Awaited -> c = waiter[f]
    :: old == Dropped -> Free(f)
    :: else -> assert(old == Running)
    fi
  }
#ifdef BUG_DONE_BEFORE_RESULT
  written[f] = true;
#endif
  Locked
    num_strands--;
    num_outstanding--;
    if
#ifndef BUG_END_WITHOUT_NOTIFY
    :: num_outstanding == 0 && entry_done -> Notify()
#endif
    :: else
    fi;
    if
    :: c == NONE -> goto look
    :: else
    fi
  }
  atomic {  // its waiter goes on
    s = c;
    c = f;
    f = current[s];
    assert(saved[s]);
    saved[s] = false
  }
  goto await;

over:  // the invocation, then the session
  atomic {
    assert(num_outstanding == 0 && num_strands == 0 && NothingQueued());
    for (c : 1 .. 3) {
      assert(!owned[c]);
      assert(state[c] == Unforked || (freed[c] && num_runs[c] + unrun[c] == 1))
    }
  }
#ifndef BUG_SESSION_LEAVES_WORKERS
  atomic { num_active == 0 -> gone = true }
#else
  gone = true
#endif
}

init {
  byte i;
  atomic {
    do
    :: i < THREADS -> run Thread(i == 0); i++
    :: else -> break
    od
  }
}
