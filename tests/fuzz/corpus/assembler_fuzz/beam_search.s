kernels
  take#0(passed, passed, axis=0, batch_dims=0, mode="clip")
  take#1(passed, passed, axis=0, batch_dims=0, mode="clip")
  topk#2(passed, passed, axis=0, largest=True, sorted=True) -> 2
  cast#3(passed, dtype=int32)
  take#4(passed, passed, axis=0, batch_dims=0, mode="clip")
  take#5(passed, passed, axis=0, batch_dims=0, mode="clip")
types
  0: Tensor[(), int32]
  1: Tensor[(27, 27), float32]
  2: Tensor[(27), float32]
  3: Tensor[(), int64]
  4: Tensor[(?), float32]
  5: Tensor[(?), int64]
  6: Tensor[(?), int32]
  7: Tensor[(), float32]
data types
  List[A] { Cons(A, List[A]), Nil }
  Word { Word(Tensor[(), float32], Tensor[(), int32], Tensor[(), int32], List[Tensor[(), int32]], Tensor[(), bool]) }
object types
  0: List[Word].Cons (object, object)
  1: List[Word].Nil ()
  2: Word.Word (f64, i64, i64, object, bool)
  3: List[Tensor[(), int32]].Cons (i64, object)
  4: List[Tensor[(), int32]].Nil ()
  5: List[List[Word]].Cons (object, object)
  6: List[List[Word]].Nil ()
signatures
  0: (object) -> (object)
  1: (bool, object) -> (bool)
  2: (object, object) -> (object)
  3: (object, i64) -> (object)
messages
  0: "topk: k"
  1: "topk: the extent of data on the axis (for k)"
  2: "match?: no arm takes the value"
locations
  @0: "", "", "", 0, 0
  @1: "examples/beam_search/beam_search.rly", "", "", 27, 3
  @2: "examples/beam_search/beam_search.rly", "", "", 29, 14
  @3: "examples/beam_search/beam_search.rly", "", "", 29, 7
  @4: "examples/beam_search/beam_search.rly", "", "", 30, 9
  @5: "examples/beam_search/beam_search.rly", "", "", 32, 35
  @6: "examples/beam_search/beam_search.rly", "", "", 32, 18
  @7: "examples/beam_search/beam_search.rly", "", "", 32, 9
  @8: "examples/beam_search/beam_search.rly", "", "", 35, 12
  @9: "examples/beam_search/beam_search.rly", "", "", 41, 3
  @10: "examples/beam_search/beam_search.rly", "", "", 14, 3
  @11: "examples/beam_search/beam_search.rly", "", "", 43, 22
  @12: "examples/beam_search/beam_search.rly", "", "", 43, 7
  @13: "examples/beam_search/beam_search.rly", "", "", 44, 18
  @14: "examples/beam_search/beam_search.rly", "", "", 44, 9
  @15: "examples/beam_search/beam_search.rly", "", "", 46, 9
  @16: "examples/beam_search/beam_search.rly", "", "", 49, 24
  @17: "examples/beam_search/beam_search.rly", "", "", 49, 12
  @18: "examples/beam_search/beam_search.rly", "", "", 55, 3
  @19: "examples/beam_search/beam_search.rly", "", "", 57, 7
  @20: "examples/beam_search/beam_search.rly", "", "", 58, 21
  @21: "examples/beam_search/beam_search.rly", "", "", 58, 9
  @22: "examples/beam_search/beam_search.rly", "", "", 60, 26
  @23: "examples/beam_search/beam_search.rly", "", "", 60, 21
  @24: "examples/beam_search/beam_search.rly", "", "", 61, 37
  @25: "examples/beam_search/beam_search.rly", "", "", 61, 21
  @26: "examples/beam_search/beam_search.rly", "", "", 74, 9
  @27: "examples/beam_search/beam_search.rly", "", "", 63, 18
  @28: "examples/beam_search/beam_search.rly", "", "", 63, 11
  @29: "examples/beam_search/beam_search.rly", "", "", 64, 13
  @30: "examples/beam_search/beam_search.rly", "", "", 66, 38
  @31: "examples/beam_search/beam_search.rly", "", "", 66, 27
  @32: "examples/beam_search/beam_search.rly", "", "", 67, 43
  @33: "examples/beam_search/beam_search.rly", "", "", 67, 32
  @34: "examples/beam_search/beam_search.rly", "", "", 67, 30
  @35: "examples/beam_search/beam_search.rly", "", "", 69, 45
  @36: "examples/beam_search/beam_search.rly", "", "", 69, 78
  @37: "examples/beam_search/beam_search.rly", "", "", 69, 15
  @38: "examples/beam_search/beam_search.rly", "", "", 70, 29
  @39: "examples/beam_search/beam_search.rly", "", "", 70, 15
  @40: "examples/beam_search/beam_search.rly", "", "", 68, 13
  @41: "examples/beam_search/beam_search.rly", "", "", 87, 5
  @42: "examples/beam_search/beam_search.rly", "", "", 86, 20
  @43: "examples/beam_search/beam_search.rly", "", "", 91, 37
  @44: "examples/beam_search/beam_search.rly", "", "", 91, 7
  @45: "examples/beam_search/beam_search.rly", "", "", 91, 3
  @46: "prelude", "", "", 48, 3
  @47: "examples/beam_search/beam_search.rly", "", "", 94, 24
  @48: "examples/beam_search/beam_search.rly", "", "", 94, 19
  @49: "examples/beam_search/beam_search.rly", "", "", 96, 7
  @50: "examples/beam_search/beam_search.rly", "", "", 99, 7
  @51: "examples/beam_search/beam_search.rly", "", "", 95, 19
  @52: "examples/beam_search/beam_search.rly", "", "", 102, 13
  @53: "examples/beam_search/beam_search.rly", "", "", 102, 61
  @54: "examples/beam_search/beam_search.rly", "", "", 102, 5
  @55: "examples/beam_search/beam_search.rly", "", "", 20, 3
  @56: "examples/beam_search/beam_search.rly", "", "", 87, 41
  @57: "examples/beam_search/beam_search.rly", "", "", 94, 54
  @58: "examples/beam_search/beam_search.rly", "", "", 97, 16
  @59: "examples/beam_search/beam_search.rly", "", "", 97, 9
  @60: "examples/beam_search/beam_search.rly", "", "", 112, 51
  @61: "examples/beam_search/beam_search.rly", "", "", 112, 37
  @62: "examples/beam_search/beam_search.rly", "", "", 112, 16
  @63: "examples/beam_search/beam_search.rly", "", "", 113, 37
  @64: "examples/beam_search/beam_search.rly", "", "", 113, 24
  @65: "examples/beam_search/beam_search.rly", "", "", 113, 16
  @66: "examples/beam_search/beam_search.rly", "", "", 114, 3
  @67: "examples/beam_search/beam_search.rly", "", "", 115, 37
  @68: "examples/beam_search/beam_search.rly", "", "", 107, 5
  @69: "prelude", "", "", 88, 3
  @70: "prelude", "", "", 89, 29
  @71: "prelude", "", "", 89, 37
  @72: "prelude", "", "", 89, 24
  @73: "prelude", "", "", 90, 12
  @74: "prelude", "", "", 106, 3
  @75: "prelude", "", "", 107, 35
  @76: "prelude", "", "", 107, 24
  @77: "prelude", "", "", 106, 3
  @78: "prelude", "", "", 107, 35
  @79: "prelude", "", "", 107, 24
  @80: "prelude", "", "", 106, 3
  @81: "prelude", "", "", 107, 35
  @82: "prelude", "", "", 107, 24
  @83: "prelude", "", "", 106, 3
  @84: "prelude", "", "", 107, 35
  @85: "prelude", "", "", 107, 24
  @86: "prelude", "", "", 139, 10
  @87: "prelude", "", "", 139, 69
  @88: "prelude", "", "", 139, 3
  @89: "prelude", "", "", 139, 50
entry points
  main(letter: Tensor[(), int32], width: Tensor[(), int32], model: Tensor[(27, 27, 27), float32]) -> (output_0: List[Tensor[(), int32]], output_1: Tensor[(), float32]) = main#8

function first#0(r0: object, r1: i64) -> (object)
  registers r0: object, r1: i64, r2-r4: object
  @1  ; examples/beam_search/beam_search.rly:27:3
    0  JumpIfNotTag r0, 0 -> 17
    2  GetFields r0!, List[Word].Cons#0 (r2, r3)
  @3  ; examples/beam_search/beam_search.rly:29:7
    4  JumpIfNeImm r1, 0 -> 11
  @4  ; examples/beam_search/beam_search.rly:30:9
    6  Release r2
    7  Release r3
    8  r4 = MakeObject List[Word].Nil#1 ()
   10  Return (r4!)
  @5  ; examples/beam_search/beam_search.rly:32:35
   11  r1 = AddImmI32 r1, -1
  @6  ; examples/beam_search/beam_search.rly:32:18
   12  Call first#0 (r3!, r1) -> (r4)
  @7  ; examples/beam_search/beam_search.rly:32:9
   14  r3 = MakeObject List[Word].Cons#0 (r2!, r4!)
   16  Return (r3!)
  @8  ; examples/beam_search/beam_search.rly:35:12
   17  Release r0
   18  r0 = MakeObject List[Word].Nil#1 ()
   20  Return (r0!)

function insert#1(r0: object, r1: object) -> (object)
  registers r0-r3: object, r4: f64, r5-r6: i64, r7: object, r8: bool, r9: f64, r10: object
  @9  ; examples/beam_search/beam_search.rly:41:3
    0  JumpIfNotTag r0, 0 -> 25
    2  GetFields r0, List[Word].Cons#0 (r2, r3)
  @10  ; examples/beam_search/beam_search.rly:14:3
    4  GetFields r2, Word.Word#2 (r4, r5, r6, r7, r8)
    7  Release r7
    8  GetFields r1, Word.Word#2 (r9, r5, r6, r7, r8)
   11  Release r7
  @11  ; examples/beam_search/beam_search.rly:43:22
   12  r8 = LeF64 r9, r4
  @12  ; examples/beam_search/beam_search.rly:43:7
   13  JumpIfNot r8 -> 20
  @13  ; examples/beam_search/beam_search.rly:44:18
   14  Release r0
   15  Call insert#1 (r3!, r1!) -> (r7)
  @14  ; examples/beam_search/beam_search.rly:44:9
   17  r10 = MakeObject List[Word].Cons#0 (r2!, r7!)
   19  Return (r10!)
  @15  ; examples/beam_search/beam_search.rly:46:9
   20  Release r2
   21  Release r3
   22  r2 = MakeObject List[Word].Cons#0 (r1!, r0!)
   24  Return (r2!)
  @16  ; examples/beam_search/beam_search.rly:49:24
   25  Release r0
   26  r0 = MakeObject List[Word].Nil#1 ()
  @17  ; examples/beam_search/beam_search.rly:49:12
   28  r2 = MakeObject List[Word].Cons#0 (r1!, r0!)
   30  Return (r2!)

function extend#2(r0: object, r1: tensor, r2: i64) -> (object)
  registers r0: object, r1: tensor, r2: i64, r3: f64, r4-r5: i64, r6: object, r7: bool, r8-r9: object, r10: i64, r11-r12: tensor, r13: i64, r14: tensor
  @18  ; examples/beam_search/beam_search.rly:55:3
    0  GetFields r0, Word.Word#2 (r3, r4, r5, r6, r7)
  @19  ; examples/beam_search/beam_search.rly:57:7
    3  JumpIfNot r7 -> 11
  @20  ; examples/beam_search/beam_search.rly:58:21
    4  Release r1
    5  Release r6
    6  r8 = MakeObject List[Word].Nil#1 ()
  @21  ; examples/beam_search/beam_search.rly:58:9
    8  r9 = MakeObject List[Word].Cons#0 (r0!, r8!)
   10  Return (r9!)
  @19  ; examples/beam_search/beam_search.rly:57:7
   11  Release r0
   12  r10 = LoadSmallInt 3072
   13  r10 = AlignDim r10, 64
   14  EnterArena r10
  @22  ; examples/beam_search/beam_search.rly:60:26
   15  r11 = MakeTensor Tensor[(), int32]#0 (r4)
   17  r4 = LoadSmallInt 0
   18  r12 = AllocInArena Tensor[(27, 27), float32]#1, r4 ()
   20  CallKernel take#0 (r1!, r11!) -> (r12)
  @23  ; examples/beam_search/beam_search.rly:60:21
   22  r1 = MakeTensor Tensor[(), int32]#0 (r5)
   24  r10 = LoadSmallInt 2944
   25  r11 = AllocInArena Tensor[(27), float32]#2, r10 ()
   27  CallKernel take#1 (r12!, r1!) -> (r11)
  @25  ; examples/beam_search/beam_search.rly:61:21
   29  r10 = LoadSmallInt 1
   30  r7 = LtI64 r2, r10
   31  r10 = LoadSmallInt 27
   32  r13 = SelectI64 r7, r10, r2
   34  CheckAtLeast r13, r4, "topk: k"#0
   36  CheckAtLeast r10, r13, "topk: the extent of data on the axis (for k)"#1
   38  r1 = MakeTensor Tensor[(), int64]#3 (r13)
   40  r12 = AllocTensor Tensor[(?), float32]#4 (r13)
   42  r14 = AllocTensor Tensor[(?), int64]#5 (r13)
   44  CallKernel topk#2 (r11!, r1!) -> (r12, r14)
   47  r1 = AllocTensor Tensor[(?), int32]#6 (r13)
   49  CallKernel cast#3 (r14!) -> (r1)
  @26  ; examples/beam_search/beam_search.rly:74:9
   51  LeaveArena
   52  TailCall candidate#3 (r2, r12!, r1!, r3, r5, r6!, r4)

function candidate#3(r0: i64, r1: tensor, r2: tensor, r3: f64, r4: i64, r5: object, r6: i64) -> (object)
  registers r0: i64, r1-r2: tensor, r3: f64, r4: i64, r5: object, r6: i64, r7: object, r8: i64, r9-r11: tensor, r12: f64, r13: i64, r14: bool, r15: object
  @28  ; examples/beam_search/beam_search.rly:63:11
    0  JumpIfNe r6, r0 -> 8
  @29  ; examples/beam_search/beam_search.rly:64:13
    2  Release r1
    3  Release r2
    4  Release r5
    5  r7 = MakeObject List[Word].Nil#1 ()
    7  Return (r7!)
  @28  ; examples/beam_search/beam_search.rly:63:11
    8  r8 = LoadSmallInt 64
    9  r8 = AlignDim r8, 64
   10  EnterArena r8
  @31  ; examples/beam_search/beam_search.rly:66:27
   11  r9 = MakeTensor Tensor[(), int32]#0 (r6)
   13  r10 = AllocTensor Tensor[(), int32]#0 ()
   15  CallKernel take#4 (r2, r9) -> (r10)
  @33  ; examples/beam_search/beam_search.rly:67:32
   17  r8 = LoadSmallInt 0
   18  r11 = AllocInArena Tensor[(), float32]#7, r8 ()
   20  CallKernel take#5 (r1, r9!) -> (r11)
  @34  ; examples/beam_search/beam_search.rly:67:30
   22  r12 = GetElementF64 r11!, 0
   23  r12 = AddF64 r3, r12
   24  r12 = RoundF64 r12, float32
  @35  ; examples/beam_search/beam_search.rly:69:45
   25  r13 = GetElementI64 r10, 0
   26  r7 = MakeObject List[Tensor[(), int32]].Cons#3 (r13, r5)
  @36  ; examples/beam_search/beam_search.rly:69:78
   28  r13 = GetElementI64 r10, 0
   29  r14 = EqI64 r13, r8
  @37  ; examples/beam_search/beam_search.rly:69:15
   30  r8 = GetElementI64 r10!, 0
   31  r15 = MakeObject Word.Word#2 (r12, r4, r8, r7!, r14)
  @38  ; examples/beam_search/beam_search.rly:70:29
   34  r6 = AddImmI32 r6, 1
  @39  ; examples/beam_search/beam_search.rly:70:15
   35  Call candidate#3 (r0, r1!, r2!, r3, r4, r5!, r6) -> (r7)
  @40  ; examples/beam_search/beam_search.rly:68:13
   39  r5 = MakeObject List[Word].Cons#0 (r15!, r7!)
   41  LeaveArena
   42  Return (r5!)

function search#4(r0: object, r1: tensor, r2: i64, r3: i64) -> (object)
  registers r0: object, r1: tensor, r2-r4: i64, r5: object, r6-r9: bool, r10-r13: object
  @43  ; examples/beam_search/beam_search.rly:91:37
    0  r4 = LoadSmallInt 0
  @41  ; examples/beam_search/beam_search.rly:87:5
    1  r5 = MakeClosure search_fn#5 ()
  @42  ; examples/beam_search/beam_search.rly:86:20
    3  r6 = LoadBool 1
    4  Call foldl#10 (r5!, r6, r0) -> (r7)
  @43  ; examples/beam_search/beam_search.rly:91:37
    7  r8 = EqI64 r3, r4
  @44  ; examples/beam_search/beam_search.rly:91:7
    8  r9 = OrBool r7, r8
  @45  ; examples/beam_search/beam_search.rly:91:3
    9  JumpIfNot r9 -> 19
   10  Release r1
  @46  ; prelude:48:3
   11  JumpIfNotTag r0, 0 -> 17
   13  GetFields r0!, List[Word].Cons#0 (r10, r11)
   15  Release r11
   16  Return (r10!)
   17  Release r0
   18  Raise "match?: no arm takes the value"#2
  @47  ; examples/beam_search/beam_search.rly:94:24
   19  r10 = MakeClosure search_fn_1#6 (r1, r2)
  @48  ; examples/beam_search/beam_search.rly:94:19
   21  Call map#9 (r10!, r0!) -> (r11)
  @49  ; examples/beam_search/beam_search.rly:96:7
   23  r10 = MakeClosure search_fn_2#7 ()
  @50  ; examples/beam_search/beam_search.rly:99:7
   25  r12 = MakeObject List[Word].Nil#1 ()
  @51  ; examples/beam_search/beam_search.rly:95:19
   27  Call foldl_2#12 (r10!, r12!, r11!) -> (r13)
  @52  ; examples/beam_search/beam_search.rly:102:13
   30  Call first#0 (r13!, r2) -> (r0)
  @53  ; examples/beam_search/beam_search.rly:102:61
   32  r3 = AddImmI32 r3, -1
  @41  ; examples/beam_search/beam_search.rly:87:5
   33  r5 = MakeClosure search_fn#5 ()
  @42  ; examples/beam_search/beam_search.rly:86:20
   35  r6 = LoadBool 1
   36  Call foldl#10 (r5!, r6, r0) -> (r7)
  @43  ; examples/beam_search/beam_search.rly:91:37
   39  r8 = EqI64 r3, r4
  @44  ; examples/beam_search/beam_search.rly:91:7
   40  r9 = OrBool r7, r8
  @45  ; examples/beam_search/beam_search.rly:91:3
   41  JumpIfNot r9 -> 19
   42  Release r1
   43  Jump -> 11

function search_fn#5(r0: bool, r1: object) -> (bool)
  registers r0: bool, r1: object, r2: bool, r3: f64, r4-r5: i64, r6: object
  @55  ; examples/beam_search/beam_search.rly:20:3
    0  GetFields r1!, Word.Word#2 (r3, r4, r5, r6, r2)
    3  Release r6
  @56  ; examples/beam_search/beam_search.rly:87:41
    4  r0 = AndBool r0, r2
    5  Return (r0)

function search_fn_1#6(r0: tensor, r1: i64, r2: object) -> (object)
  @57  ; examples/beam_search/beam_search.rly:94:54
    0  TailCall extend#2 (r2!, r0!, r1)

function search_fn_2#7(r0: object, r1: object) -> (object)
  registers r0-r2: object
  @58  ; examples/beam_search/beam_search.rly:97:16
    0  r2 = MakeClosure insert#1 ()
  @59  ; examples/beam_search/beam_search.rly:97:9
    2  TailCall foldl_1#11 (r2!, r0!, r1!)

function main#8(r0: tensor, r1: tensor, r2: tensor) -> (object, tensor)
  registers r0-r2: tensor, r3: object, r4: i64, r5: object, r6: f64, r7: i64, r8: bool, r9: object
  @60  ; examples/beam_search/beam_search.rly:112:51
    0  r3 = MakeObject List[Tensor[(), int32]].Nil#4 ()
  @61  ; examples/beam_search/beam_search.rly:112:37
    2  r4 = GetElementI64 r0, 0
    3  r5 = MakeObject List[Tensor[(), int32]].Cons#3 (r4, r3!)
  @62  ; examples/beam_search/beam_search.rly:112:16
    5  r6 = LoadFloat 0
    7  r4 = LoadSmallInt 0
    8  r7 = GetElementI64 r0!, 0
    9  r8 = LoadBool 0
   10  r3 = MakeObject Word.Word#2 (r6, r4, r7, r5!, r8)
  @63  ; examples/beam_search/beam_search.rly:113:37
   13  r5 = MakeObject List[Word].Nil#1 ()
  @64  ; examples/beam_search/beam_search.rly:113:24
   15  r9 = MakeObject List[Word].Cons#0 (r3!, r5!)
  @65  ; examples/beam_search/beam_search.rly:113:16
   17  r4 = GetElementI64 r1!, 0
   18  r7 = LoadSmallInt 20
   19  Call search#4 (r9!, r2!, r4, r7) -> (r3)
  @66  ; examples/beam_search/beam_search.rly:114:3
   22  GetFields r3!, Word.Word#2 (r6, r4, r7, r5, r8)
  @67  ; examples/beam_search/beam_search.rly:115:37
   25  Call rev#14 (r5!) -> (r3)
  @68  ; examples/beam_search/beam_search.rly:107:5
   27  r0 = MakeTensor Tensor[(), float32]#7 (r6)
   29  Return (r3!, r0!)

function map#9(r0: object, r1: object) -> (object)
  registers r0-r4: object
  @69  ; prelude:88:3
    0  JumpIfNotTag r1, 0 -> 11
    2  GetFields r1!, List[Word].Cons#0 (r2, r3)
  @70  ; prelude:89:29
    4  CallClosure r0, (object) -> (object)#0 (r2!) -> (r4)
  @71  ; prelude:89:37
    6  Call map#9 (r0!, r3!) -> (r2)
  @72  ; prelude:89:24
    8  r3 = MakeObject List[List[Word]].Cons#5 (r4!, r2!)
   10  Return (r3!)
  @73  ; prelude:90:12
   11  Release r0
   12  Release r1
   13  r0 = MakeObject List[List[Word]].Nil#6 ()
   15  Return (r0!)

function foldl#10(r0: object, r1: bool, r2: object) -> (bool)
  registers r0: object, r1: bool, r2-r4: object, r5: bool
  @74  ; prelude:106:3
    0  JumpIfNotTag r2, 0 -> 11
    2  GetFields r2!, List[Word].Cons#0 (r3, r4)
  @75  ; prelude:107:35
    4  CallClosure r0, (bool, object) -> (bool)#1 (r1, r3!) -> (r5)
  @76  ; prelude:107:24
    7  r1 = Move r5
    8  r2 = Move r4!
  @74  ; prelude:106:3
    9  JumpIfTag r2, 0 -> 2
   11  Release r0
   12  Release r2
   13  Return (r1)

function foldl_1#11(r0: object, r1: object, r2: object) -> (object)
  registers r0-r5: object
  @77  ; prelude:106:3
    0  JumpIfNotTag r2, 0 -> 11
    2  GetFields r2!, List[Word].Cons#0 (r3, r4)
  @78  ; prelude:107:35
    4  CallClosure r0, (object, object) -> (object)#2 (r1!, r3!) -> (r5)
  @79  ; prelude:107:24
    7  r1 = Move r5!
    8  r2 = Move r4!
  @77  ; prelude:106:3
    9  JumpIfTag r2, 0 -> 2
   11  Release r0
   12  Release r2
   13  Return (r1!)

function foldl_2#12(r0: object, r1: object, r2: object) -> (object)
  registers r0-r5: object
  @80  ; prelude:106:3
    0  JumpIfNotTag r2, 0 -> 11
    2  GetFields r2!, List[List[Word]].Cons#5 (r3, r4)
  @81  ; prelude:107:35
    4  CallClosure r0, (object, object) -> (object)#2 (r1!, r3!) -> (r5)
  @82  ; prelude:107:24
    7  r1 = Move r5!
    8  r2 = Move r4!
  @80  ; prelude:106:3
    9  JumpIfTag r2, 0 -> 2
   11  Release r0
   12  Release r2
   13  Return (r1!)

function foldl_3#13(r0: object, r1: object, r2: object) -> (object)
  registers r0-r2: object, r3: i64, r4-r5: object
  @83  ; prelude:106:3
    0  JumpIfNotTag r2, 0 -> 11
    2  GetFields r2!, List[Tensor[(), int32]].Cons#3 (r3, r4)
  @84  ; prelude:107:35
    4  CallClosure r0, (object, i64) -> (object)#3 (r1!, r3) -> (r5)
  @85  ; prelude:107:24
    7  r1 = Move r5!
    8  r2 = Move r4!
  @83  ; prelude:106:3
    9  JumpIfTag r2, 0 -> 2
   11  Release r0
   12  Release r2
   13  Return (r1!)

function rev#14(r0: object) -> (object)
  registers r0-r2: object
  @86  ; prelude:139:10
    0  r1 = MakeClosure rev_fn#15 ()
  @87  ; prelude:139:69
    2  r2 = MakeObject List[Tensor[(), int32]].Nil#4 ()
  @88  ; prelude:139:3
    4  TailCall foldl_3#13 (r1!, r2!, r0!)

function rev_fn#15(r0: object, r1: i64) -> (object)
  registers r0: object, r1: i64, r2: object
  @89  ; prelude:139:50
    0  r2 = MakeObject List[Tensor[(), int32]].Cons#3 (r1, r0!)
    2  Return (r2!)
