entry points
  main(x: Tensor[(2), float32]) -> (y: Tensor[(2), float32]) = first

function first(r0: tensor) -> (tensor)   ; of two forked calls; the other is dropped
  registers r1: i64, r2-r3: future
        r1 = LoadSmallInt 1000
        r2 = Fork same, r1 (r0)
        r3 = Fork same, r1 (r0!)
        Await r2!, same (r0)
        Release r3!
        Return (r0!)

stack function first(0: tensor) -> (tensor)
  locals 1: future
  stack 2
        LoadSmallInt 1000
        LocalGet 0
        Fork same, args: 1
        LocalSet 1
        LoadSmallInt 0
        LocalTake 0
        Fork same, args: 1
        LocalSet 1
        LocalTake 1
        Await same, results: 1
        Return results: 1

function same(r0: tensor) -> (tensor)
        Return (r0!)

stack function same(0: tensor) -> (tensor)
  stack 1
        LocalTake 0
        Return results: 1
