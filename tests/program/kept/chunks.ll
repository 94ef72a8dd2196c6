@k = internal constant [3 x double] [double 0xBFF0000000000000, double 0x3FF0000000000000, double 0x0000000000000000]
declare double @llvm.sqrt.f64(double)
declare double @llvm.fabs.f64(double)
declare double @llvm.fma.f64(double, double, double)
declare double @c_exp(double) nounwind willreturn memory(none)
define internal i32 @chunk0(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %k) nounwind {
entry:
%0 = getelementptr double, ptr %x, i64 0
%1 = load double, ptr %0
%2 = getelementptr double, ptr %x, i64 1
%3 = load double, ptr %2
%4 = fdiv double %1, %3
%5 = getelementptr double, ptr %w, i64 0
store double %4, ptr %5
%6 = getelementptr double, ptr %k, i64 1
%7 = load double, ptr %6
%8 = fadd double %1, %7
%9 = fdiv double %8, %3
%10 = getelementptr double, ptr %w, i64 1
store double %9, ptr %10
%11 = fadd double %1, %9
%12 = fadd double %4, %9
%13 = getelementptr double, ptr %w, i64 2
store double %12, ptr %13
%v17 = fadd double %11, %3
%v18 = fadd double %v17, %4
%v19 = fadd double %v18, %8
%v20 = fsub double %v19, %v19
%v21 = fcmp une double %v20, 0x0000000000000000
%v22 = select i1 %v21, i32 2, i32 0
%v23 = or i32 0, %v22
ret i32 %v23
}
define internal i32 @chunk1(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %k) nounwind {
entry:
%0 = getelementptr double, ptr %x, i64 1
%1 = load double, ptr %0
%2 = fdiv double 0x3FF0000000000000, %1
%3 = getelementptr double, ptr %w, i64 3
store double %2, ptr %3
%4 = getelementptr double, ptr %w, i64 2
%5 = load double, ptr %4
%6 = fsub double %5, %2
%7 = getelementptr double, ptr %w, i64 4
store double %6, ptr %7
%8 = getelementptr double, ptr %x, i64 0
%9 = load double, ptr %8
%10 = fmul double %9, %6
%11 = fsub double %6, %10
%12 = getelementptr double, ptr %w, i64 5
store double %11, ptr %12
ret i32 0
}
define internal i32 @chunk2(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %k) nounwind {
entry:
%0 = getelementptr double, ptr %x, i64 0
%1 = load double, ptr %0
%2 = getelementptr double, ptr %x, i64 1
%3 = load double, ptr %2
%4 = fmul double %1, %3
%5 = getelementptr double, ptr %w, i64 5
%6 = load double, ptr %5
%7 = fsub double %6, %4
%8 = getelementptr double, ptr %w, i64 2
store double %7, ptr %8
%9 = fmul double %1, %1
%10 = getelementptr double, ptr %w, i64 4
%11 = load double, ptr %10
%12 = fsub double %9, %11
%13 = getelementptr double, ptr %w, i64 6
store double %12, ptr %13
ret i32 0
}
define internal i32 @chunk3(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %k) nounwind {
entry:
%0 = getelementptr double, ptr %w, i64 2
%1 = load double, ptr %0
%2 = getelementptr double, ptr %w, i64 6
%3 = load double, ptr %2
%4 = fadd double %1, %3
%5 = getelementptr double, ptr %w, i64 5
store double %4, ptr %5
%6 = getelementptr double, ptr %x, i64 0
%7 = load double, ptr %6
%8 = fneg double %7
%v10 = call double @c_exp(double %8)
%9 = getelementptr double, ptr %w, i64 7
store double %v10, ptr %9
%10 = getelementptr double, ptr %x, i64 1
%11 = load double, ptr %10
%12 = fmul double %v10, %11
%13 = getelementptr double, ptr %w, i64 8
store double %12, ptr %13
ret i32 0
}
define internal i32 @chunk4(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %k) nounwind {
entry:
%0 = getelementptr double, ptr %w, i64 5
%1 = load double, ptr %0
%2 = getelementptr double, ptr %w, i64 8
%3 = load double, ptr %2
%4 = fadd double %1, %3
%5 = getelementptr double, ptr %y, i64 0
store double %4, ptr %5
%6 = getelementptr double, ptr %x, i64 0
%7 = load double, ptr %6
%8 = fsub double %7, %3
%9 = fadd double %8, %7
%10 = getelementptr double, ptr %w, i64 4
%11 = load double, ptr %10
%12 = fsub double %9, %11
%13 = getelementptr double, ptr %w, i64 6
store double %12, ptr %13
%v16 = fsub double %4, %4
%v17 = fcmp une double %v16, 0x0000000000000000
%v18 = select i1 %v17, i32 2, i32 0
%v19 = or i32 0, %v18
ret i32 %v19
}
define internal i32 @chunk5(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %k) nounwind {
entry:
%0 = getelementptr double, ptr %k, i64 0
%1 = load double, ptr %0
%2 = getelementptr double, ptr %k, i64 1
%3 = load double, ptr %2
%4 = fadd double %1, %3
%5 = getelementptr double, ptr %x, i64 0
%6 = load double, ptr %5
%7 = fsub double %4, %6
%8 = getelementptr double, ptr %w, i64 8
store double %7, ptr %8
%9 = getelementptr double, ptr %w, i64 3
%10 = load double, ptr %9
%11 = fmul double %7, %10
%12 = getelementptr double, ptr %w, i64 5
store double %11, ptr %12
%13 = getelementptr double, ptr %w, i64 6
%14 = load double, ptr %13
%15 = fadd double %14, %11
%16 = getelementptr double, ptr %w, i64 4
store double %15, ptr %16
ret i32 0
}
define internal i32 @chunk6(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %k) nounwind {
entry:
%0 = getelementptr double, ptr %w, i64 4
%1 = load double, ptr %0
%2 = getelementptr double, ptr %w, i64 5
%3 = load double, ptr %2
%4 = fadd double %1, %3
%5 = getelementptr double, ptr %x, i64 1
%6 = load double, ptr %5
%7 = fsub double %4, %6
%v8 = fadd double %7, 0x0000000000000000
%8 = getelementptr double, ptr %y, i64 1
store double %v8, ptr %8
%9 = getelementptr double, ptr %w, i64 3
%10 = load double, ptr %9
%11 = getelementptr double, ptr %w, i64 3
%12 = load double, ptr %11
%13 = fmul double %10, %12
%14 = getelementptr double, ptr %w, i64 8
%15 = load double, ptr %14
%16 = fmul double %15, %13
%17 = getelementptr double, ptr %w, i64 6
store double %16, ptr %17
%v21 = fsub double %7, %7
%v22 = fcmp une double %v21, 0x0000000000000000
%v23 = select i1 %v22, i32 2, i32 0
%v24 = or i32 0, %v23
ret i32 %v24
}
define internal i32 @chunk7(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %k) nounwind {
entry:
%0 = getelementptr double, ptr %w, i64 7
%1 = load double, ptr %0
%2 = getelementptr double, ptr %w, i64 6
%3 = load double, ptr %2
%4 = fadd double %1, %3
%5 = getelementptr double, ptr %w, i64 1
%6 = load double, ptr %5
%7 = getelementptr double, ptr %x, i64 1
%8 = load double, ptr %7
%9 = fdiv double %6, %8
%10 = getelementptr double, ptr %w, i64 8
%11 = load double, ptr %10
%12 = fmul double %11, %9
%13 = fsub double %4, %12
%14 = getelementptr double, ptr %w, i64 4
store double %13, ptr %14
ret i32 0
}
define internal i32 @chunk8(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %k) nounwind {
entry:
%0 = getelementptr double, ptr %w, i64 0
%1 = load double, ptr %0
%2 = getelementptr double, ptr %x, i64 1
%3 = load double, ptr %2
%4 = fdiv double %1, %3
%5 = getelementptr double, ptr %w, i64 8
%6 = load double, ptr %5
%7 = fmul double %6, %4
%8 = getelementptr double, ptr %w, i64 4
%9 = load double, ptr %8
%10 = fsub double %9, %7
%11 = getelementptr double, ptr %x, i64 0
%12 = load double, ptr %11
%13 = fsub double %10, %12
%v14 = fadd double %13, 0x0000000000000000
%14 = getelementptr double, ptr %y, i64 2
store double %v14, ptr %14
%v17 = fsub double %13, %13
%v18 = fcmp une double %v17, 0x0000000000000000
%v19 = select i1 %v18, i32 2, i32 0
%v20 = or i32 0, %v19
ret i32 %v20
}
declare ptr @PyMem_RawMalloc(i64)
declare void @PyMem_RawFree(ptr)
define i32 @program(ptr noalias %x, ptr noalias %y) nounwind {
entry:
%w = alloca i8, i64 136, align 64
%flag0 = call i32 @chunk0(ptr %x, ptr %y, ptr %w, ptr @k)
%flags0 = or i32 0, %flag0
%flag1 = call i32 @chunk1(ptr %x, ptr %y, ptr %w, ptr @k)
%flags1 = or i32 %flags0, %flag1
%flag2 = call i32 @chunk2(ptr %x, ptr %y, ptr %w, ptr @k)
%flags2 = or i32 %flags1, %flag2
%flag3 = call i32 @chunk3(ptr %x, ptr %y, ptr %w, ptr @k)
%flags3 = or i32 %flags2, %flag3
%flag4 = call i32 @chunk4(ptr %x, ptr %y, ptr %w, ptr @k)
%flags4 = or i32 %flags3, %flag4
%flag5 = call i32 @chunk5(ptr %x, ptr %y, ptr %w, ptr @k)
%flags5 = or i32 %flags4, %flag5
%flag6 = call i32 @chunk6(ptr %x, ptr %y, ptr %w, ptr @k)
%flags6 = or i32 %flags5, %flag6
%flag7 = call i32 @chunk7(ptr %x, ptr %y, ptr %w, ptr @k)
%flags7 = or i32 %flags6, %flag7
%flag8 = call i32 @chunk8(ptr %x, ptr %y, ptr %w, ptr @k)
%flags8 = or i32 %flags7, %flag8

ret i32 %flags8
}