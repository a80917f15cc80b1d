kernels
  add(passed, passed)                     ; inputs: passed, absent or a constant; attributes: axis=1
constants
  k0: Tensor[(2), float32] = [0.5, 1e-07]
entry points
  main(x: Tensor[(2), float32]) -> (y: Tensor[(2), float32]) = repeat

function repeat(r0: tensor) -> (tensor)   ; x + k0, added three times
  registers r1: i64, r2-r3: tensor
        r1 = LoadSmallInt 3
        r2 = LoadConst k0
  loop: r3 = AllocTensor Tensor[(2), float32] ()
        CallKernel add (r0!, r2) -> (r3)
        r0 = Move r3!
        r1 = AddImm r1, -1
        JumpIfGeImm r1, 1 -> loop
        Return (r0!)

stack function repeat(0: tensor) -> (tensor)
  locals 1: i64
  stack 3
        LoadSmallInt 3
        LocalSet 1
  loop: LocalTake 0
        LoadConst k0
        AllocTensor Tensor[(2), float32], dims: 0
        CallKernel add, inputs: 2, outputs: 1
        LocalSet 0
        LocalGet 1
        AddImm -1
        LocalTee 1
        JumpIfGeImm 1, -> loop
        LocalTake 0
        Return results: 1
