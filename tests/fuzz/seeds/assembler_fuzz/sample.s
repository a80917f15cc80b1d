constants
  k0: Tensor[(4), float32] = [1, 2, 3, 4]
  k1: Tensor[(2, 3), int64] = [1, 2, 3, 4, 5, 6]
  k2: Tensor[(4), float32] = [1, 2, 3, 4]
  k3: Tensor[(0, 7), float32] = []
  k4: Tensor[(), bool] = True
kernels
  add#0(passed, k0)
  everything#1(absent, k1, flag=True, axis=-1, epsilon=-0f64, mode="linear\000x", to=bfloat16, pads=[0, 1, -9223372036854775808], scales=[0.5f64, -0f64, nanf64], names=["", "a"], none=[]) -> 3
types
  0: Tensor[(?, 4), float32]
  1: Tensor[(), uint8]
data types
  List[A] { Nil, Cons(A, List[A]) }
  extern Opaque
  Every[A, B] { Every(fn ((Tensor[(?, 3), float16], Tensor[*, bool], ref(List[A]), ()), A) -> B) }
object types
  0: List[Tensor[(), int64]].Nil ()
  1: List[Tensor[(), int64]].Cons (i64, object)
  2: ref((Tensor[(), int64], List[Tensor[(), int64]])) (i64, object)
signatures
  0: (object) -> (object)
  1: () -> ()
messages
  0: "x has too many rows"
  1: ""
locations
  @0: "m.onnx", "check", "Shape", 0, 0
  @1: "m.onnx", "sum", "Add", 0, 0
entry points
  main(x: Tensor[(rows, 4), float32]) -> (y: Tensor[(rows, 4), float32]) = main#1
  any(x: Tensor[*, float32]) -> (y: Tensor[(4*rows + 1, floordiv(rows, 2)), float32]) = main#1
  append(list: List[Tensor[(), int64]]) -> (longer: List[Tensor[(), int64]]) = append_seven#3
metadata
  model: "sample"
  producer: "test"

function countdown#0(r0: tensor, r1: i64) -> (tensor)
  registers r0: tensor, r1-r3: i64, r4: bool
    0  r2 = LoadSmallInt 0
    1  r3 = LoadInt 1
    3  r4 = LeI64 r1, r2
    4  JumpIf r4 -> 7
    5  r1 = SubI64 r1, r3
    6  Jump -> 3
    7  Return (r0!)

function main#1(r0: tensor) -> (tensor)
  registers r0: tensor, r1-r2: i64, r3: f64, r4: tensor
  @0  ; node 'check' (Shape) in m.onnx
    0  r1 = GetDim r0, 0
    1  r2 = LoadInt 1099511627776
    3  CheckAtLeast r2, r1, "x has too many rows"#0
  @1  ; node 'sum' (Add) in m.onnx
    5  r3 = LoadFloat 0.5
    7  r4 = AllocTensor Tensor[(?, 4), float32]#0 (r1)
    9  CallKernel add#0 (r0!) -> (r4)
   11  Call countdown#0 (r4!, r1) -> (r4)
   13  Return (r4!)

function append#2(r0: i64, r1: object) -> (object)
  registers r0: i64, r1-r2: object, r3: i64
    0  r2 = MakeObject ref((Tensor[(), int64], List[Tensor[(), int64]]))#2 (r0, r1)
    2  SetFields r2, ref((Tensor[(), int64], List[Tensor[(), int64]]))#2 (r0, r1!)
    4  GetFields r2!, ref((Tensor[(), int64], List[Tensor[(), int64]]))#2 (r0, r1)
    6  JumpIfNotTag r1, 1 -> 17
    8  GetFields r1!, List[Tensor[(), int64]].Cons#1 (r3, r1)
   10  r2 = MakeClosure append#2 (r0)
   12  CallClosure r2!, (object) -> (object)#0 (r1!) -> (r1)
   14  r1 = MakeObject List[Tensor[(), int64]].Cons#1 (r3, r1!)
   16  Return (r1!)
   17  r1 = MakeObject List[Tensor[(), int64]].Cons#1 (r0, r1!)
   19  Return (r1!)

function append_seven#3(r0: object) -> (object)
  registers r0: object, r1: i64
    0  r1 = LoadSmallInt 7
    1  TailCall append#2 (r1, r0!)
