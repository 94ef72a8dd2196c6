declare ptr @PyMem_RawMalloc(i64)
declare void @PyMem_RawFree(ptr)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare i64 @llvm.smin.i64(i64, i64)
declare <8 x double> @llvm.sqrt.v8f64(<8 x double>)
declare <8 x double> @llvm.fabs.v8f64(<8 x double>)
declare <8 x double> @llvm.fma.v8f64(<8 x double>, <8 x double>, <8 x double>)
define internal {<8 x double>, <8 x i1>} @chunk0(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %same0, ptr %same1, i64 %i, i64 %j, <8 x i1> %there0) nounwind "stackrealign" alwaysinline {
entry:
%v0 = getelementptr {ptr, i64}, ptr %x, i64 9
%v1 = load ptr, ptr %v0, !invariant.load !0
%v2 = getelementptr double, ptr %v1, i64 %i
%v3 = load <8 x double>, ptr %v2, align 8
%v4 = getelementptr double, ptr %same0, i64 0
%v5 = load double, ptr %v4, !invariant.load !0
%v6 = insertelement <8 x double> poison, double %v5, i32 0
%v7 = shufflevector <8 x double> %v6, <8 x double> poison, <8 x i32> zeroinitializer
%v8 = getelementptr double, ptr %same0, i64 1
%v9 = load double, ptr %v8, !invariant.load !0
%v10 = insertelement <8 x double> poison, double %v9, i32 0
%v11 = shufflevector <8 x double> %v10, <8 x double> poison, <8 x i32> zeroinitializer
%0 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v7, <8 x double> %v3, <8 x double> %v11)
%v13 = getelementptr double, ptr %same0, i64 2
%v14 = load double, ptr %v13, !invariant.load !0
%v15 = insertelement <8 x double> poison, double %v14, i32 0
%v16 = shufflevector <8 x double> %v15, <8 x double> poison, <8 x i32> zeroinitializer
%1 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v16, <8 x double> <double 0x4000000000000000, double 0x4000000000000000, double 0x4000000000000000, double 0x4000000000000000, double 0x4000000000000000, double 0x4000000000000000, double 0x4000000000000000, double 0x4000000000000000>, <8 x double> %0)
%v18 = getelementptr double, ptr %same0, i64 3
%v19 = load double, ptr %v18, !invariant.load !0
%v20 = insertelement <8 x double> poison, double %v19, i32 0
%v21 = shufflevector <8 x double> %v20, <8 x double> poison, <8 x i32> zeroinitializer
%2 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v21, <8 x double> <double 0x4008000000000000, double 0x4008000000000000, double 0x4008000000000000, double 0x4008000000000000, double 0x4008000000000000, double 0x4008000000000000, double 0x4008000000000000, double 0x4008000000000000>, <8 x double> %1)
%v23 = getelementptr double, ptr %same0, i64 4
%v24 = load double, ptr %v23, !invariant.load !0
%v25 = insertelement <8 x double> poison, double %v24, i32 0
%v26 = shufflevector <8 x double> %v25, <8 x double> poison, <8 x i32> zeroinitializer
%3 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v26, <8 x double> <double 0x4010000000000000, double 0x4010000000000000, double 0x4010000000000000, double 0x4010000000000000, double 0x4010000000000000, double 0x4010000000000000, double 0x4010000000000000, double 0x4010000000000000>, <8 x double> %2)
%v28 = getelementptr double, ptr %same0, i64 5
%v29 = load double, ptr %v28, !invariant.load !0
%v30 = insertelement <8 x double> poison, double %v29, i32 0
%v31 = shufflevector <8 x double> %v30, <8 x double> poison, <8 x i32> zeroinitializer
%4 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v31, <8 x double> <double 0x4014000000000000, double 0x4014000000000000, double 0x4014000000000000, double 0x4014000000000000, double 0x4014000000000000, double 0x4014000000000000, double 0x4014000000000000, double 0x4014000000000000>, <8 x double> %3)
%v33 = getelementptr double, ptr %same0, i64 6
%v34 = load double, ptr %v33, !invariant.load !0
%v35 = insertelement <8 x double> poison, double %v34, i32 0
%v36 = shufflevector <8 x double> %v35, <8 x double> poison, <8 x i32> zeroinitializer
%5 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v36, <8 x double> <double 0x4018000000000000, double 0x4018000000000000, double 0x4018000000000000, double 0x4018000000000000, double 0x4018000000000000, double 0x4018000000000000, double 0x4018000000000000, double 0x4018000000000000>, <8 x double> %4)
%v38 = getelementptr double, ptr %same0, i64 7
%v39 = load double, ptr %v38, !invariant.load !0
%v40 = insertelement <8 x double> poison, double %v39, i32 0
%v41 = shufflevector <8 x double> %v40, <8 x double> poison, <8 x i32> zeroinitializer
%6 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v41, <8 x double> <double 0x401C000000000000, double 0x401C000000000000, double 0x401C000000000000, double 0x401C000000000000, double 0x401C000000000000, double 0x401C000000000000, double 0x401C000000000000, double 0x401C000000000000>, <8 x double> %5)
%v43 = getelementptr double, ptr %same0, i64 8
%v44 = load double, ptr %v43, !invariant.load !0
%v45 = insertelement <8 x double> poison, double %v44, i32 0
%v46 = shufflevector <8 x double> %v45, <8 x double> poison, <8 x i32> zeroinitializer
%7 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v46, <8 x double> <double 0x4020000000000000, double 0x4020000000000000, double 0x4020000000000000, double 0x4020000000000000, double 0x4020000000000000, double 0x4020000000000000, double 0x4020000000000000, double 0x4020000000000000>, <8 x double> %6)
%v48 = getelementptr <8 x double>, ptr %y, i64 0
%v49 = load <8 x double>, ptr %v48, align 64
%v50 = call <8 x double> @llvm.fma.v8f64(<8 x double> %7, <8 x double> %v3, <8 x double> %v49)
%v51 = select <8 x i1> %there0, <8 x double> %v50, <8 x double> %v49
store <8 x double> %v51, ptr %v48, align 64
%v53 = getelementptr <8 x double>, ptr %y, i64 1
%v54 = load <8 x double>, ptr %v53, align 64
%v55 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v3, <8 x double> %v3, <8 x double> %v54)
%v56 = select <8 x i1> %there0, <8 x double> %v55, <8 x double> %v54
store <8 x double> %v56, ptr %v53, align 64
%v58 = getelementptr <8 x double>, ptr %y, i64 3
%v59 = load <8 x double>, ptr %v58, align 64
%v60 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v3, <8 x double> <double 0x4000000000000000, double 0x4000000000000000, double 0x4000000000000000, double 0x4000000000000000, double 0x4000000000000000, double 0x4000000000000000, double 0x4000000000000000, double 0x4000000000000000>, <8 x double> %v59)
%v61 = select <8 x i1> %there0, <8 x double> %v60, <8 x double> %v59
store <8 x double> %v61, ptr %v58, align 64
%v63 = getelementptr <8 x double>, ptr %y, i64 4
%v64 = load <8 x double>, ptr %v63, align 64
%v65 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v3, <8 x double> <double 0x4008000000000000, double 0x4008000000000000, double 0x4008000000000000, double 0x4008000000000000, double 0x4008000000000000, double 0x4008000000000000, double 0x4008000000000000, double 0x4008000000000000>, <8 x double> %v64)
%v66 = select <8 x i1> %there0, <8 x double> %v65, <8 x double> %v64
store <8 x double> %v66, ptr %v63, align 64
%v68 = getelementptr <8 x double>, ptr %y, i64 5
%v69 = load <8 x double>, ptr %v68, align 64
%v70 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v3, <8 x double> <double 0x4010000000000000, double 0x4010000000000000, double 0x4010000000000000, double 0x4010000000000000, double 0x4010000000000000, double 0x4010000000000000, double 0x4010000000000000, double 0x4010000000000000>, <8 x double> %v69)
%v71 = select <8 x i1> %there0, <8 x double> %v70, <8 x double> %v69
store <8 x double> %v71, ptr %v68, align 64
%v73 = getelementptr <8 x double>, ptr %y, i64 6
%v74 = load <8 x double>, ptr %v73, align 64
%v75 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v3, <8 x double> <double 0x4014000000000000, double 0x4014000000000000, double 0x4014000000000000, double 0x4014000000000000, double 0x4014000000000000, double 0x4014000000000000, double 0x4014000000000000, double 0x4014000000000000>, <8 x double> %v74)
%v76 = select <8 x i1> %there0, <8 x double> %v75, <8 x double> %v74
store <8 x double> %v76, ptr %v73, align 64
%v78 = getelementptr <8 x double>, ptr %y, i64 7
%v79 = load <8 x double>, ptr %v78, align 64
%v80 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v3, <8 x double> <double 0x4018000000000000, double 0x4018000000000000, double 0x4018000000000000, double 0x4018000000000000, double 0x4018000000000000, double 0x4018000000000000, double 0x4018000000000000, double 0x4018000000000000>, <8 x double> %v79)
%v81 = select <8 x i1> %there0, <8 x double> %v80, <8 x double> %v79
store <8 x double> %v81, ptr %v78, align 64
%v83 = getelementptr <8 x double>, ptr %y, i64 8
%v84 = load <8 x double>, ptr %v83, align 64
%v85 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v3, <8 x double> <double 0x401C000000000000, double 0x401C000000000000, double 0x401C000000000000, double 0x401C000000000000, double 0x401C000000000000, double 0x401C000000000000, double 0x401C000000000000, double 0x401C000000000000>, <8 x double> %v84)
%v86 = select <8 x i1> %there0, <8 x double> %v85, <8 x double> %v84
store <8 x double> %v86, ptr %v83, align 64
%v88 = getelementptr <8 x double>, ptr %y, i64 9
%v89 = load <8 x double>, ptr %v88, align 64
%v90 = call <8 x double> @llvm.fma.v8f64(<8 x double> %v3, <8 x double> <double 0x4020000000000000, double 0x4020000000000000, double 0x4020000000000000, double 0x4020000000000000, double 0x4020000000000000, double 0x4020000000000000, double 0x4020000000000000, double 0x4020000000000000>, <8 x double> %v89)
%v91 = select <8 x i1> %there0, <8 x double> %v90, <8 x double> %v89
store <8 x double> %v91, ptr %v88, align 64
%v93 = getelementptr <8 x double>, ptr %y, i64 2
%v94 = load <8 x double>, ptr %v93, align 64
%v95 = fadd <8 x double> %v94, %v3
%v96 = select <8 x i1> %there0, <8 x double> %v95, <8 x double> %v94
store <8 x double> %v96, ptr %v93, align 64
%answer = insertvalue {<8 x double>, <8 x i1>} poison, <8 x double> %v3, 0
%both = insertvalue {<8 x double>, <8 x i1>} %answer, <8 x i1> <i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0>, 1
ret {<8 x double>, <8 x i1>} %both
}

define internal i1 @totals(ptr noalias %sums, ptr noalias %to) nounwind {
entry:
br label %again
again:
%j = phi i64 [ 0, %entry ], [ %next, %again ]
%all = phi double [ 0.0, %entry ], [ %all2, %again ]
%from = getelementptr <8 x double>, ptr %sums, i64 %j
%lanes = load <8 x double>, ptr %from, align 64
%v0 = shufflevector <8 x double> %lanes, <8 x double> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
%v1 = shufflevector <8 x double> %lanes, <8 x double> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
%v2 = fadd <4 x double> %v0, %v1
%v3 = shufflevector <4 x double> %v2, <4 x double> poison, <2 x i32> <i32 0, i32 1>
%v4 = shufflevector <4 x double> %v2, <4 x double> poison, <2 x i32> <i32 2, i32 3>
%v5 = fadd <2 x double> %v3, %v4
%v6 = shufflevector <2 x double> %v5, <2 x double> poison, <1 x i32> <i32 0>
%v7 = shufflevector <2 x double> %v5, <2 x double> poison, <1 x i32> <i32 1>
%v8 = fadd <1 x double> %v6, %v7
%total = extractelement <1 x double> %v8, i32 0
%place = getelementptr double, ptr %to, i64 %j
store double %total, ptr %place
%none = fsub double %total, %total
%all2 = fadd double %all, %none
%next = add i64 %j, 1
%more = icmp slt i64 %next, 10
br i1 %more, label %again, label %out
out:
%wrong = fcmp uno double %all2, 0.0
ret i1 %wrong
}

define i1 @rows(ptr noalias %x, ptr noalias %y, i64 %start, i64 %stop, ptr noalias %told) nounwind "stackrealign" {
entry:
%w = alloca i8, i64 704, align 64
%sums = getelementptr i8, ptr %w, i64 0
%same = alloca double, i64 11, align 64
%v1 = getelementptr {ptr, i64}, ptr %x, i64 0
%v2 = load ptr, ptr %v1, !invariant.load !0
%v3 = load <8 x double>, ptr %v2, align 8
%to0 = getelementptr double, ptr %same, i64 0
store <8 x double> %v3, ptr %to0, align 8
%v6 = fmul <8 x double> %v3, <double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000>
%v7 = getelementptr {ptr, i64}, ptr %x, i64 8
%v8 = load ptr, ptr %v7, !invariant.load !0
%v9 = load double, ptr %v8, align 8
%to8 = getelementptr double, ptr %same, i64 8
store double %v9, ptr %to8, align 8
%v12 = fmul double %v9, 0x0000000000000000
%v13 = extractelement <8 x double> %v6, i32 0
%v14 = fadd double %v12, %v13
%v15 = extractelement <8 x double> %v6, i32 1
%v16 = fadd double %v14, %v15
%v17 = extractelement <8 x double> %v6, i32 2
%v18 = fadd double %v16, %v17
%v19 = extractelement <8 x double> %v6, i32 3
%v20 = fadd double %v18, %v19
%v21 = extractelement <8 x double> %v6, i32 4
%v22 = fadd double %v20, %v21
%v23 = extractelement <8 x double> %v6, i32 5
%v24 = fadd double %v22, %v23
%v25 = extractelement <8 x double> %v6, i32 6
%v26 = fadd double %v24, %v25
%v27 = extractelement <8 x double> %v6, i32 7
%v28 = fadd double %v26, %v27
%v29 = insertelement <8 x double> poison, double %v28, i32 0
%v30 = shufflevector <8 x double> %v29, <8 x double> poison, <8 x i32> zeroinitializer
br label %block
block:
%from = phi i64 [ %start, %entry ], [ %i2, %after ]
%to = phi ptr [ %y, %entry ], [ %next, %after ]
%told1 = phi i1 [ 0, %entry ], [ %told4, %after ]
%last = add i64 %from, 1024
%end = call i64 @llvm.smin.i64(i64 %last, i64 %stop)
call void @llvm.memset.p0.i64(ptr %sums, i8 0, i64 640, i1 false)
br label %again
again:
%i = phi i64 [ %from, %block ], [ %i2, %again ]
%told2 = phi i1 [ %told1, %block ], [ %told3, %again ]
%i2 = add i64 %i, 8
%i1 = add i64 %i, 8
%both = icmp slt i64 %i1, %end
%end_one = insertelement <8 x i64> poison, i64 %end, i32 0
%end_all = shufflevector <8 x i64> %end_one, <8 x i64> poison, <8 x i32> zeroinitializer
%there0_one = insertelement <8 x i64> poison, i64 %i, i32 0
%there0_all = shufflevector <8 x i64> %there0_one, <8 x i64> poison, <8 x i32> zeroinitializer
%there0_rows = add <8 x i64> %there0_all, <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>
%there0 = icmp slt <8 x i64> %there0_rows, %end_all
%j = select i1 %both, i64 %i1, i64 %i
%zero0 = lshr i64 %i, 63
%same0 = getelementptr double, ptr %same, i64 %zero0
%zero1 = lshr i64 %i2, 63
%same1 = getelementptr double, ptr %same, i64 %zero1
%answer0 = call {<8 x double>, <8 x i1>} @chunk0(ptr %x, ptr %sums, ptr %w, ptr %same0, ptr %same1, i64 %i, i64 %j, <8 x i1> %there0)
%sum0 = extractvalue {<8 x double>, <8 x i1>} %answer0, 0
%failed0 = extractvalue {<8 x double>, <8 x i1>} %answer0, 1
%total0 = fadd <8 x double> %v30, %sum0
%any0 = or <8 x i1> <i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0>, %failed0
%none = fsub <8 x double> %total0, %total0
%bad = fcmp uno <8 x double> %none, %none
%failed = or <8 x i1> %any0, %any0
%done = sub i64 %i, %start
%group = lshr i64 %done, 2
%t = getelementptr i8, ptr %told, i64 %group
%failed_bits = bitcast <8 x i1> %failed to i8
%failed_all = zext i8 %failed_bits to i32
%failed_shifted0 = lshr i32 %failed_all, 0
%failed_byte0 = trunc i32 %failed_shifted0 to i8
%failed_place0 = getelementptr i8, ptr %t, i64 0
store i8 %failed_byte0, ptr %failed_place0
%bad_bits = bitcast <8 x i1> %bad to i8
%bad_all = zext i8 %bad_bits to i32
%bad_shifted0 = lshr i32 %bad_all, 0
%bad_byte0 = trunc i32 %bad_shifted0 to i8
%bad_place0 = getelementptr i8, ptr %t, i64 1
store i8 %bad_byte0, ptr %bad_place0
%some1 = or i32 %failed_all, %bad_all
%some = icmp ne i32 %some1, 0
%told3 = or i1 %told2, %some
%more = icmp slt i64 %i2, %end
br i1 %more, label %again, label %after
after:
%wrong = call i1 @totals(ptr %sums, ptr %to)
%told4 = or i1 %told3, %wrong
%next = getelementptr double, ptr %to, i64 10
%blocks = icmp slt i64 %i2, %stop
br i1 %blocks, label %block, label %out
out:

ret i1 %told4
}
!0 = !{}
