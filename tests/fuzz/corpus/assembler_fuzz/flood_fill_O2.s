constants
  k0: Tensor[(), int64] = 1
  k1: Tensor[(), int64] = 2
  k2: Tensor[(12, 2, 3, 3), float32] = [0.28981146, 0.20784755, 0.33552012, 0.392316, 0.6476585, 0.27542898, 0.14798252, 0.3611723, 0.18762676, 0.63512075, -0.51005894, 0.50970477, -0.757766, -0.96793044, -0.62999976, 0.371034, -0.5614, 0.29670784, 0.48938456, 0.16294774, 0.4339701, 0.27876732, 0.8631197, 0.40314186, 0.29218665, 0.3419749, 0.42466784, 0.17826343, -0.4391478, 0.06286086, -0.39053336, -0.63351446, -0.44282833, 0.056764722, -0.43761796, 0.31683177, 0.23244114, 0.22094885, 0.20776932, 0.19057234, 0.89549196, 0.20037648, 0.17350678, 0.49796626, 0.46579358, 0.50407803, -0.6133938, 0.53301275, -0.48165175, -1.0255029, -0.596189, 0.43492123, -0.36618283, 0.56030834, -0.2503167, -0.08877533, -0.19495218, -0.10487268, 0.010165853, -0.00752405, -0.1256593, -0.07344874, -0.039380014, -0.25984177, -0.15966253, -0.0839033, -0.20898871, -0.025291715, -0.013229773, 0.022767866, -0.096164115, -0.18056944, 0.06174653, -0.03135416, -0.023127798, 0.022232542, -0.8347043, 0.0026820463, -0.007969869, 0.029408237, 0.045866467, -1.2237698, 0.25826347, 0.2607129, -0.2793326, 0.6208454, 0.7226822, 0.40628484, 0.6504808, 0.4739056, 0.15214641, 0.18576089, 0.25664762, 0.3497026, -3.866591, 0.29607436, 0.15999228, 0.3530339, 0.20571128, 0.4560495, 0.7817725, 0.2108214, 0.7617832, 1.0250846, 0.81499636, 0.221661, 0.9900776, 0.27596653, -0.19658555, -0.006959188, -0.14517199, 0.04584936, -0.04574153, -0.086330295, -0.05379713, -0.24104296, -0.20709613, -0.19026193, -0.13581227, -0.056585085, -0.012950897, -0.034850597, 0.053423565, -0.22379825, -0.04768686, -0.16219835, 0.20100433, 0.21038187, 0.26181108, 0.28303292, -3.6160605, 0.26679358, 0.17687501, 0.40428397, 0.27682793, 0.23186514, 0.69474083, 0.3663427, 0.96485174, 0.9310151, 0.68894076, 0.31127664, 0.7988744, 0.17384426, 0.19602507, 0.1805723, 0.21399963, 0.18503141, -2.8332076, 0.1757592, 0.20012228, 0.27100894, 0.1833108, 0.21626143, 0.9522322, 0.09298594, 0.5726484, 1.0968741, 0.8106422, 0.073712766, 0.6538781, 0.10885659, 0.18421875, 0.18774794, 0.38671124, 0.14745824, 1.4856697, 0.21919355, 0.5055597, 0.3691019, 0.38101178, 0.52513576, -0.65308666, 0.66113675, -0.7574384, -1.1159344, -0.6811126, 0.66454846, -0.62661356, 0.6063495, 0.12528852, 0.0101981275, 0.012756231, 0.027438456, -1.112715, 0.006340371, -0.0038552922, 0.05644361, 0.10150687, 0.2039975, 0.6635108, 0.3283325, 0.73950064, 0.47891116, 0.504095, 0.18254423, 0.57259154, 0.09707525, 0.3585461, 0.12022075, 0.3820636, 0.56810474, 1.1533872, 0.14590909, 0.12287225, 0.26934573, 0.2582388, 0.5462624, -0.65113467, 0.64927137, -0.6923714, -0.8882655, -0.62657654, 0.551383, -0.58385134, 0.47022566]
  k3: Tensor[(12), float32] = [0.82906914, 0.76871604, 0.7452212, -0.17403997, -0.0233185, -0.1809646, -0.23941688, -0.24609995, -0.20054121, 1.0381435, -0.01343435, 0.8977827]
  k4: Tensor[(1, 12, 1, 1), float32] = [-0.93606436, -0.75097793, -0.9530971, -0.030735027, 0.6297386, 2.4547007, 0.18981262, 2.008462, 1.8304306, -1.2699784, 0.91619205, -1.0447204]
  k5: Tensor[(1), float32] = [-0.547973]
  k6: Tensor[(), int64] = 0
  k7: Tensor[(), float32] = 0.5
  k8: Tensor[(), float32] = 0.5
  k9: Tensor[(), int64] = 2
kernels
  equal#0(passed, k0)
  cast#1(passed, dtype=float32)
  equal#2(passed, k1)
  cast#3(passed, dtype=float32)
  concatenate#4(passed, passed, axis=1)
  nn.conv#5(passed, k2, k3, strides=[1, 1], pads=[1, 1, 1, 1], dilations=[1, 1], group=1, auto_pad="NOTSET")
  nn.relu#6(passed)
  nn.conv#7(passed, k4, k5, strides=[1, 1], pads=[0, 0, 0, 0], dilations=[1, 1], group=1, auto_pad="NOTSET")
  sigmoid#8(passed)
  take#9(passed, k6, axis=1, batch_dims=0, mode="check")
  greater#10(passed, k7)
  cast#11(passed, dtype=float32)
  subtract#12(passed, passed)
  abs#13(passed)
  max#14(passed, absent, keepdims=False, noop_with_empty_axes=False)
  take#15(passed, k6, axis=0, batch_dims=0, mode="check")
  greater#16(passed, k8)
  cast#17(passed, dtype=int64)
  negative#18(passed)
  add#19(passed, k9)
  multiply#20(passed, passed)
  add#21(passed, passed)
types
  0: Tensor[(?, ?), bool]
  1: Tensor[(?, ?), float32]
  2: Tensor[(1, ?, ?), float32]
  3: Tensor[(1, 1, ?, ?), float32]
  4: Tensor[(1, 2, ?, ?), float32]
  5: Tensor[(1, 12, ?, ?), float32]
  6: Tensor[(1, ?, ?), bool]
  7: Tensor[(), float32]
  8: Tensor[(?, ?), int64]
  9: Tensor[(), int64]
messages
  0: "nn.conv: the padded extent of data on spatial axis 0 (for the kernel)"
  1: "nn.conv: the padded extent of data on spatial axis 1 (for the kernel)"
locations
  @0: "", "", "", 0, 0
  @1: "flood_fill.onnx", "/Equal", "Equal", 0, 0
  @2: "flood_fill.onnx", "/Cast", "Cast", 0, 0
  @3: "flood_fill.onnx", "/Unsqueeze", "Unsqueeze", 0, 0
  @4: "flood_fill.onnx", "/Equal_1", "Equal", 0, 0
  @5: "flood_fill.onnx", "/Cast_1", "Cast", 0, 0
  @6: "flood_fill.onnx", "/Unsqueeze_1", "Unsqueeze", 0, 0
  @7: "flood_fill.onnx", "/Loop", "Loop", 0, 0
  @8: "flood_fill.onnx", "/Unsqueeze_2", "Unsqueeze", 0, 0
  @9: "flood_fill.onnx", "/Unsqueeze_3", "Unsqueeze", 0, 0
  @10: "flood_fill.onnx", "/Concat", "Concat", 0, 0
  @11: "flood_fill.onnx", "/look/Conv", "Conv", 0, 0
  @12: "flood_fill.onnx", "/Relu", "Relu", 0, 0
  @13: "flood_fill.onnx", "/decide/Conv", "Conv", 0, 0
  @14: "flood_fill.onnx", "/Sigmoid", "Sigmoid", 0, 0
  @15: "flood_fill.onnx", "/Gather", "Gather", 0, 0
  @16: "flood_fill.onnx", "/Greater", "Greater", 0, 0
  @17: "flood_fill.onnx", "/Cast_2", "Cast", 0, 0
  @18: "flood_fill.onnx", "/Sub", "Sub", 0, 0
  @19: "flood_fill.onnx", "/Abs", "Abs", 0, 0
  @20: "flood_fill.onnx", "/ReduceMax", "ReduceMax", 0, 0
  @21: "flood_fill.onnx", "/Greater_1", "Greater", 0, 0
  @22: "flood_fill.onnx", "/Add", "Add", 0, 0
  @23: "flood_fill.onnx", "/Gather_1", "Gather", 0, 0
  @24: "flood_fill.onnx", "/Greater_2", "Greater", 0, 0
  @25: "flood_fill.onnx", "/Cast_3", "Cast", 0, 0
  @26: "flood_fill.onnx", "/Neg", "Neg", 0, 0
  @27: "flood_fill.onnx", "/Add_1", "Add", 0, 0
  @28: "flood_fill.onnx", "/Mul", "Mul", 0, 0
  @29: "flood_fill.onnx", "/Add_2", "Add", 0, 0
entry points
  main(map: Tensor[(height, width), int64]) -> (filled: Tensor[(height, width), int64], steps: Tensor[(), int64]) = main#0
metadata
  opset: "13"
  producer: "pytorch 1.13.0"

function main#0(r0: tensor) -> (tensor, tensor)
  registers r0: tensor, r1-r8: i64, r9-r11: tensor, r12: i64, r13: bool, r14-r20: i64, r21: f64, r22-r23: bool, r24-r26: i64, r27-r28: tensor, r29-r30: i64, r31: f64
  @0  ; 
    0  r1 = GetDim r0, 0
    1  r2 = GetDim r0, 1
    2  r3 = MulDim r1, r2
    3  r4 = LoadSmallInt 7
    4  r3 = AddDim r3, r4
    5  r4 = LoadSmallInt 8
    6  r3 = FloorDivI64 r3, r4
    7  r4 = LoadSmallInt 192
    8  r4 = MulDim r3, r4
    9  r5 = MulDim r1, r2
   10  r6 = LoadSmallInt 15
   11  r5 = AddDim r5, r6
   12  r6 = LoadSmallInt 16
   13  r5 = FloorDivI64 r5, r6
   14  r6 = LoadSmallInt 64
   15  r7 = MulDim r5, r6
   16  r4 = AddDim r4, r7
   17  r7 = MulDim r1, r2
   18  r8 = LoadSmallInt 63
   19  r7 = AddDim r7, r8
   20  r7 = FloorDivI64 r7, r6
   21  r8 = MulDim r7, r6
   22  r4 = AddDim r4, r8
   23  r4 = AlignDim r4, 64
   24  EnterArena r4
  @1  ; node '/Equal' (Equal) in flood_fill.onnx
   25  r4 = LoadSmallInt 0
   26  r9 = AllocInArena Tensor[(?, ?), bool]#0, r4 (r1, r2)
   28  CallKernel equal#0 (r0) -> (r9)
  @2  ; node '/Cast' (Cast) in flood_fill.onnx
   30  r8 = MulDim r7, r6
   31  r10 = AllocInArena Tensor[(?, ?), float32]#1, r8 (r1, r2)
   33  CallKernel cast#1 (r9!) -> (r10)
  @3  ; node '/Unsqueeze' (Unsqueeze) in flood_fill.onnx
   35  r9 = View r10!, Tensor[(1, ?, ?), float32]#2 (r1, r2)
  @4  ; node '/Equal_1' (Equal) in flood_fill.onnx
   37  r10 = AllocInArena Tensor[(?, ?), bool]#0, r4 (r1, r2)
   39  CallKernel equal#2 (r0) -> (r10)
  @5  ; node '/Cast_1' (Cast) in flood_fill.onnx
   41  r11 = AllocTensor Tensor[(?, ?), float32]#1 (r1, r2)
   43  CallKernel cast#3 (r10!) -> (r11)
  @6  ; node '/Unsqueeze_1' (Unsqueeze) in flood_fill.onnx
   45  r10 = View r11!, Tensor[(1, ?, ?), float32]#2 (r1, r2)
  @7  ; node '/Loop' (Loop) in flood_fill.onnx
   47  r12 = Move r4
   48  r13 = LoadBool 1
   49  r14 = Move r4
   50  r15 = LoadInt 9223372036854775807
   52  r16 = LoadSmallInt 128
   53  r17 = LoadSmallInt 3
   54  r18 = LoadSmallInt 4
  @11  ; node '/look/Conv' (Conv) in flood_fill.onnx
   55  r19 = LoadSmallInt 2
  @13  ; node '/decide/Conv' (Conv) in flood_fill.onnx
   56  r20 = LoadSmallInt 1
  @21  ; node '/Greater_1' (Greater) in flood_fill.onnx
   57  r21 = LoadFloat 0.5
  @7  ; node '/Loop' (Loop) in flood_fill.onnx
   59  r22 = LtI64 r12, r15
   60  r23 = AndBool r22, r13
   61  JumpIfNot r23 -> 165
   62  r24 = MulDim r3, r6
   63  r25 = MulDim r5, r16
   64  r24 = AddDim r24, r25
   65  r25 = MulDim r7, r6
   66  r24 = AddDim r24, r25
   67  r25 = MulDim r1, r2
   68  r25 = MulDim r25, r17
   69  r25 = AddDim r25, r17
   70  r25 = FloorDivI64 r25, r18
   71  r26 = MulDim r25, r16
   72  r24 = AddDim r24, r26
   73  r24 = AddDim r24, r6
   74  r24 = AlignDim r24, 64
   75  EnterArena r24
  @8  ; node '/Unsqueeze_2' (Unsqueeze) in flood_fill.onnx
   76  r11 = View r9, Tensor[(1, 1, ?, ?), float32]#3 (r1, r2)
  @9  ; node '/Unsqueeze_3' (Unsqueeze) in flood_fill.onnx
   78  r27 = View r10, Tensor[(1, 1, ?, ?), float32]#3 (r1, r2)
  @10  ; node '/Concat' (Concat) in flood_fill.onnx
   80  r28 = AllocInArena Tensor[(1, 2, ?, ?), float32]#4, r6 (r1, r2)
   82  CallKernel concatenate#4 (r11!, r27!) -> (r28)
  @11  ; node '/look/Conv' (Conv) in flood_fill.onnx
   84  r24 = AddDim r1, r19
   85  CheckAtLeast r24, r17, "nn.conv: the padded extent of data on spatial axis 0 (for the kernel)"#0
   87  r24 = AddDim r2, r19
   88  CheckAtLeast r24, r17, "nn.conv: the padded extent of data on spatial axis 1 (for the kernel)"#1
   90  r24 = MulDim r3, r6
   91  r24 = AddDim r24, r6
   92  r11 = AllocInArena Tensor[(1, 12, ?, ?), float32]#5, r24 (r1, r2)
   94  CallKernel nn.conv#5 (r28!) -> (r11)
  @12  ; node '/Relu' (Relu) in flood_fill.onnx
   96  r24 = MulDim r3, r6
   97  r26 = MulDim r25, r6
   98  r24 = AddDim r24, r26
   99  r24 = AddDim r24, r6
  100  r27 = AllocInArena Tensor[(1, 12, ?, ?), float32]#5, r24 (r1, r2)
  102  CallKernel nn.relu#6 (r11!) -> (r27)
  @13  ; node '/decide/Conv' (Conv) in flood_fill.onnx
  104  CheckAtLeast r1, r20, "nn.conv: the padded extent of data on spatial axis 0 (for the kernel)"#0
  106  CheckAtLeast r2, r20, "nn.conv: the padded extent of data on spatial axis 1 (for the kernel)"#1
  108  r24 = MulDim r3, r6
  109  r26 = MulDim r25, r16
  110  r24 = AddDim r24, r26
  111  r24 = AddDim r24, r6
  112  r11 = AllocInArena Tensor[(1, 1, ?, ?), float32]#3, r24 (r1, r2)
  114  CallKernel nn.conv#7 (r27!) -> (r11)
  @14  ; node '/Sigmoid' (Sigmoid) in flood_fill.onnx
  116  r26 = MulDim r3, r6
  117  r29 = MulDim r5, r6
  118  r26 = AddDim r26, r29
  119  r29 = MulDim r25, r16
  120  r26 = AddDim r26, r29
  121  r26 = AddDim r26, r6
  122  r27 = AllocInArena Tensor[(1, 1, ?, ?), float32]#3, r26 (r1, r2)
  124  CallKernel sigmoid#8 (r11!) -> (r27)
  @15  ; node '/Gather' (Gather) in flood_fill.onnx
  126  r11 = AllocInArena Tensor[(1, ?, ?), float32]#2, r24 (r1, r2)
  128  CallKernel take#9 (r27!) -> (r11)
  @16  ; node '/Greater' (Greater) in flood_fill.onnx
  130  r29 = MulDim r3, r6
  131  r30 = MulDim r5, r16
  132  r29 = AddDim r29, r30
  133  r25 = MulDim r25, r16
  134  r25 = AddDim r29, r25
  135  r25 = AddDim r25, r6
  136  r27 = AllocInArena Tensor[(1, ?, ?), bool]#6, r25 (r1, r2)
  138  CallKernel greater#10 (r11!) -> (r27)
  @17  ; node '/Cast_2' (Cast) in flood_fill.onnx
  140  r11 = AllocTensor Tensor[(1, ?, ?), float32]#2 (r1, r2)
  142  CallKernel cast#11 (r27!) -> (r11)
  @18  ; node '/Sub' (Sub) in flood_fill.onnx
  144  r27 = AllocInArena Tensor[(1, ?, ?), float32]#2, r24 (r1, r2)
  146  CallKernel subtract#12 (r11, r10!) -> (r27)
  @19  ; node '/Abs' (Abs) in flood_fill.onnx
  148  r28 = AllocInArena Tensor[(1, ?, ?), float32]#2, r26 (r1, r2)
  150  CallKernel abs#13 (r27!) -> (r28)
  @20  ; node '/ReduceMax' (ReduceMax) in flood_fill.onnx
  152  r27 = AllocInArena Tensor[(), float32]#7, r4 ()
  154  CallKernel max#14 (r28!) -> (r27)
  @21  ; node '/Greater_1' (Greater) in flood_fill.onnx
  156  r31 = GetElementF64 r27!, 0
  157  r13 = LtF64 r21, r31
  @7  ; node '/Loop' (Loop) in flood_fill.onnx
  158  r12 = AddImm r12, 1
  159  r10 = Move r11!
  @22  ; node '/Add' (Add) in flood_fill.onnx
  160  r14 = AddImm r14, 1
  @7  ; node '/Loop' (Loop) in flood_fill.onnx
  161  LeaveArena
  162  r22 = LtI64 r12, r15
  163  r23 = AndBool r22, r13
  164  JumpIf r23 -> 62
  @23  ; node '/Gather_1' (Gather) in flood_fill.onnx
  165  Release r9
  166  r9 = AllocInArena Tensor[(?, ?), float32]#1, r8 (r1, r2)
  168  CallKernel take#15 (r10!) -> (r9)
  @24  ; node '/Greater_2' (Greater) in flood_fill.onnx
  170  r10 = AllocInArena Tensor[(?, ?), bool]#0, r4 (r1, r2)
  172  CallKernel greater#16 (r9!) -> (r10)
  @25  ; node '/Cast_3' (Cast) in flood_fill.onnx
  174  r4 = MulDim r5, r6
  175  r8 = MulDim r7, r6
  176  r4 = AddDim r4, r8
  177  r9 = AllocInArena Tensor[(?, ?), int64]#8, r4 (r1, r2)
  179  CallKernel cast#17 (r10!) -> (r9)
  @26  ; node '/Neg' (Neg) in flood_fill.onnx
  181  r4 = MulDim r3, r6
  182  r8 = MulDim r5, r6
  183  r4 = AddDim r4, r8
  184  r8 = MulDim r7, r6
  185  r4 = AddDim r4, r8
  186  r10 = AllocInArena Tensor[(?, ?), int64]#8, r4 (r1, r2)
  188  CallKernel negative#18 (r0) -> (r10)
  @27  ; node '/Add_1' (Add) in flood_fill.onnx
  190  r8 = LoadSmallInt 128
  191  r3 = MulDim r3, r8
  192  r5 = MulDim r5, r6
  193  r3 = AddDim r3, r5
  194  r5 = MulDim r7, r6
  195  r3 = AddDim r3, r5
  196  r11 = AllocInArena Tensor[(?, ?), int64]#8, r3 (r1, r2)
  198  CallKernel add#19 (r10!) -> (r11)
  @28  ; node '/Mul' (Mul) in flood_fill.onnx
  200  r10 = AllocInArena Tensor[(?, ?), int64]#8, r4 (r1, r2)
  202  CallKernel multiply#20 (r11!, r9!) -> (r10)
  @29  ; node '/Add_2' (Add) in flood_fill.onnx
  204  r9 = AllocTensor Tensor[(?, ?), int64]#8 (r1, r2)
  206  CallKernel add#21 (r0!, r10!) -> (r9)
  208  r0 = MakeTensor Tensor[(), int64]#9 (r14)
  210  LeaveArena
  211  Return (r9!, r0!)
