types
  0: Tensor[(), int32]
  1: Tensor[(), float32]
data types
  List[A] { Cons(A, List[A]), Nil }
object types
  0: List[Tensor[(), float32]].Cons (f64, object)
  1: List[Tensor[(), float32]].Nil ()
signatures
  0: (f64) -> (f64)
  1: (f64, f64) -> (f64)
locations
  @0: "", "", "", 0, 0
  @1: "examples/lists/lists.rly", "", "", 9, 3
  @2: "examples/lists/lists.rly", "", "", 11, 21
  @3: "examples/lists/lists.rly", "", "", 12, 25
  @4: "examples/lists/lists.rly", "", "", 12, 8
  @5: "examples/lists/lists.rly", "", "", 12, 46
  @6: "examples/lists/lists.rly", "", "", 12, 29
  @7: "examples/lists/lists.rly", "", "", 14, 24
  @8: "examples/lists/lists.rly", "", "", 19, 3
  @9: "examples/lists/lists.rly", "", "", 21, 14
  @10: "examples/lists/lists.rly", "", "", 21, 7
  @11: "examples/lists/lists.rly", "", "", 22, 18
  @12: "examples/lists/lists.rly", "", "", 22, 9
  @13: "examples/lists/lists.rly", "", "", 24, 18
  @14: "examples/lists/lists.rly", "", "", 24, 9
  @15: "examples/lists/lists.rly", "", "", 33, 3
  @16: "examples/lists/lists.rly", "", "", 35, 20
  @17: "examples/lists/lists.rly", "", "", 36, 27
  @18: "examples/lists/lists.rly", "", "", 36, 14
  @19: "examples/lists/lists.rly", "", "", 36, 44
  @20: "examples/lists/lists.rly", "", "", 36, 31
  @21: "examples/lists/lists.rly", "", "", 36, 7
  @22: "examples/lists/lists.rly", "", "", 44, 23
  @23: "examples/lists/lists.rly", "", "", 44, 18
  @24: "examples/lists/lists.rly", "", "", 46, 5
  @25: "examples/lists/lists.rly", "", "", 47, 5
  @26: "examples/lists/lists.rly", "", "", 48, 12
  @27: "examples/lists/lists.rly", "", "", 48, 5
  @28: "examples/lists/lists.rly", "", "", 44, 56
  @29: "examples/lists/lists.rly", "", "", 48, 66
  @30: "prelude", "", "", 82, 3
  @31: "prelude", "", "", 77, 5
  @32: "prelude", "", "", 78, 51
  @33: "prelude", "", "", 78, 27
  @34: "prelude", "", "", 88, 3
  @35: "prelude", "", "", 89, 29
  @36: "prelude", "", "", 89, 37
  @37: "prelude", "", "", 89, 24
  @38: "prelude", "", "", 90, 12
  @39: "prelude", "", "", 106, 3
  @40: "prelude", "", "", 107, 35
  @41: "prelude", "", "", 107, 24
entry points
  main(list: List[Tensor[(), float32]]) -> (output_0: List[Tensor[(), float32]], output_1: Tensor[(), int32], output_2: Tensor[(), float32]) = main#3

function halves#0(r0: object) -> (object, object)
  registers r0: object, r1: f64, r2: object, r3: f64, r4-r6: object
  @1  ; examples/lists/lists.rly:9:3
    0  JumpIfNotTag r0, 0 -> 20
    2  GetFields r0, List[Tensor[(), float32]].Cons#0 (r1, r2)
    4  JumpIfNotTag r2, 0 -> 16
    6  Release r0
    7  GetFields r2!, List[Tensor[(), float32]].Cons#0 (r3, r4)
  @2  ; examples/lists/lists.rly:11:21
    9  Call halves#0 (r4!) -> (r5, r6)
  @4  ; examples/lists/lists.rly:12:8
   11  r4 = MakeObject List[Tensor[(), float32]].Cons#0 (r1, r5!)
  @6  ; examples/lists/lists.rly:12:29
   13  r5 = MakeObject List[Tensor[(), float32]].Cons#0 (r3, r6!)
   15  Return (r4!, r5!)
  @7  ; examples/lists/lists.rly:14:24
   16  Release r2
   17  r2 = MakeObject List[Tensor[(), float32]].Nil#1 ()
  @1  ; examples/lists/lists.rly:9:3
   19  Return (r0!, r2!)
  @7  ; examples/lists/lists.rly:14:24
   20  r2 = MakeObject List[Tensor[(), float32]].Nil#1 ()
  @1  ; examples/lists/lists.rly:9:3
   22  Return (r0!, r2!)

function merge#1(r0: object, r1: object) -> (object)
  registers r0-r1: object, r2: f64, r3: object, r4: f64, r5: object, r6: bool, r7-r8: object
  @8  ; examples/lists/lists.rly:19:3
    0  JumpIfNotTag r0, 0 -> 27
    2  GetFields r0, List[Tensor[(), float32]].Cons#0 (r2, r3)
    4  JumpIfNotTag r1, 0 -> 24
    6  GetFields r1, List[Tensor[(), float32]].Cons#0 (r4, r5)
  @9  ; examples/lists/lists.rly:21:14
    8  r6 = LeF64 r2, r4
  @10  ; examples/lists/lists.rly:21:7
    9  JumpIfNot r6 -> 17
  @11  ; examples/lists/lists.rly:22:18
   10  Release r0
   11  Release r5
   12  Call merge#1 (r3!, r1!) -> (r7)
  @12  ; examples/lists/lists.rly:22:9
   14  r8 = MakeObject List[Tensor[(), float32]].Cons#0 (r2, r7!)
   16  Return (r8!)
  @13  ; examples/lists/lists.rly:24:18
   17  Release r1
   18  Release r3
   19  Call merge#1 (r0!, r5!) -> (r7)
  @14  ; examples/lists/lists.rly:24:9
   21  r5 = MakeObject List[Tensor[(), float32]].Cons#0 (r4, r7!)
   23  Return (r5!)
  @8  ; examples/lists/lists.rly:19:3
   24  Release r1
   25  Release r3
   26  Return (r0!)
   27  Release r0
   28  Return (r1!)

function sort#2(r0: object) -> (object)
  registers r0: object, r1: f64, r2-r4: object
  @15  ; examples/lists/lists.rly:33:3
    0  JumpIfNotTag r0, 0 -> 15
    2  GetFields r0, List[Tensor[(), float32]].Cons#0 (r1, r2)
    4  JumpIfNotTag r2!, 0 -> 14
  @16  ; examples/lists/lists.rly:35:20
    6  Call halves#0 (r0!) -> (r2, r3)
  @18  ; examples/lists/lists.rly:36:14
    8  Call sort#2 (r2!) -> (r4)
  @20  ; examples/lists/lists.rly:36:31
   10  Call sort#2 (r3!) -> (r2)
  @21  ; examples/lists/lists.rly:36:7
   12  TailCall merge#1 (r4!, r2!)
  @15  ; examples/lists/lists.rly:33:3
   14  Return (r0!)
   15  Return (r0!)

function main#3(r0: object) -> (object, tensor, tensor)
  registers r0-r2: object, r3: i64, r4-r5: f64, r6-r7: tensor
  @22  ; examples/lists/lists.rly:44:23
    0  r1 = MakeClosure main_fn#4 ()
  @23  ; examples/lists/lists.rly:44:18
    2  Call map#8 (r1!, r0) -> (r2)
  @24  ; examples/lists/lists.rly:46:5
    4  Call sort#2 (r0) -> (r1)
  @25  ; examples/lists/lists.rly:47:5
    6  Call length#6 (r0!) -> (r3)
  @26  ; examples/lists/lists.rly:48:12
    8  r0 = MakeClosure main_fn_1#5 ()
  @27  ; examples/lists/lists.rly:48:5
   10  r4 = LoadFloat 0
   12  Call foldl#9 (r0!, r4, r2!) -> (r5)
   15  r6 = MakeTensor Tensor[(), int32]#0 (r3)
   17  r7 = MakeTensor Tensor[(), float32]#1 (r5)
   19  Return (r1!, r6!, r7!)

function main_fn#4(r0: f64) -> (f64)
  @28  ; examples/lists/lists.rly:44:56
    0  r0 = MulF64 r0, r0
    1  r0 = RoundF64 r0, float32
    2  Return (r0)

function main_fn_1#5(r0: f64, r1: f64) -> (f64)
  @29  ; examples/lists/lists.rly:48:66
    0  r0 = AddF64 r0, r1
    1  r0 = RoundF64 r0, float32
    2  Return (r0)

function length#6(r0: object) -> (i64)
  registers r0: object, r1: i64
  @30  ; prelude:82:3
    0  r1 = LoadSmallInt 0
    1  TailCall count#7 (r0!, r1)

function count#7(r0: object, r1: i64) -> (i64)
  registers r0: object, r1: i64, r2: f64, r3: object
  @31  ; prelude:77:5
    0  JumpIfNotTag r0, 0 -> 8
    2  GetFields r0!, List[Tensor[(), float32]].Cons#0 (r2, r3)
  @33  ; prelude:78:27
    4  r0 = Move r3!
  @32  ; prelude:78:51
    5  r1 = AddImmI32 r1, 1
  @31  ; prelude:77:5
    6  JumpIfTag r0, 0 -> 2
    8  Release r0
    9  Return (r1)

function map#8(r0: object, r1: object) -> (object)
  registers r0-r1: object, r2: f64, r3: object, r4: f64, r5: object
  @34  ; prelude:88:3
    0  JumpIfNotTag r1, 0 -> 11
    2  GetFields r1!, List[Tensor[(), float32]].Cons#0 (r2, r3)
  @35  ; prelude:89:29
    4  CallClosure r0, (f64) -> (f64)#0 (r2) -> (r4)
  @36  ; prelude:89:37
    6  Call map#8 (r0!, r3!) -> (r5)
  @37  ; prelude:89:24
    8  r3 = MakeObject List[Tensor[(), float32]].Cons#0 (r4, r5!)
   10  Return (r3!)
  @38  ; prelude:90:12
   11  Release r0
   12  Release r1
   13  r0 = MakeObject List[Tensor[(), float32]].Nil#1 ()
   15  Return (r0!)

function foldl#9(r0: object, r1: f64, r2: object) -> (f64)
  registers r0: object, r1: f64, r2: object, r3: f64, r4: object, r5: f64
  @39  ; prelude:106:3
    0  JumpIfNotTag r2, 0 -> 11
    2  GetFields r2!, List[Tensor[(), float32]].Cons#0 (r3, r4)
  @40  ; prelude:107:35
    4  CallClosure r0, (f64, f64) -> (f64)#1 (r1, r3) -> (r5)
  @41  ; prelude:107:24
    7  r1 = Move r5
    8  r2 = Move r4!
  @39  ; prelude:106:3
    9  JumpIfTag r2, 0 -> 2
   11  Release r0
   12  Release r2
   13  Return (r1)
