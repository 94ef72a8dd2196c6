; --- two groups
declare ptr @PyMem_RawMalloc(i64)
declare void @PyMem_RawFree(ptr)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare i64 @llvm.smin.i64(i64, i64)
declare <16 x double> @llvm.sqrt.v16f64(<16 x double>)
declare <16 x double> @llvm.fabs.v16f64(<16 x double>)
declare <16 x double> @llvm.fma.v16f64(<16 x double>, <16 x double>, <16 x double>)
define internal {<16 x double>, <16 x i1>} @chunk0(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %same0, ptr %same1, i64 %i, i64 %j, <8 x i1> %there0, <8 x i1> %there1) nounwind "stackrealign" alwaysinline {
entry:
%v0 = getelementptr {ptr, i64}, ptr %x, i64 0
%v1 = load ptr, ptr %v0, !invariant.load !0
%v2 = getelementptr double, ptr %v1, i64 %i
%v3 = load <8 x double>, ptr %v2, align 8
%v4 = getelementptr double, ptr %v1, i64 %j
%v5 = load <8 x double>, ptr %v4, align 8
%v6 = shufflevector <8 x double> %v3, <8 x double> %v5, <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
%v7 = getelementptr {ptr, i64}, ptr %x, i64 1
%v8 = load ptr, ptr %v7, !invariant.load !0
%v9 = getelementptr {ptr, i64}, ptr %x, i64 1, i32 1
%v10 = load i64, ptr %v9, !invariant.load !0
%v11 = mul i64 %v10, %i
%v12 = getelementptr i8, ptr %v8, i64 %v11
%v13 = getelementptr i8, ptr %v12, i64 %v10
%v14 = getelementptr i8, ptr %v13, i64 %v10
%v15 = getelementptr i8, ptr %v14, i64 %v10
%v16 = getelementptr i8, ptr %v15, i64 %v10
%v17 = getelementptr i8, ptr %v16, i64 %v10
%v18 = getelementptr i8, ptr %v17, i64 %v10
%v19 = getelementptr i8, ptr %v18, i64 %v10
%v20 = load double, ptr %v12
%v21 = insertelement <8 x double> poison, double %v20, i32 0
%v22 = load double, ptr %v13
%v23 = insertelement <8 x double> %v21, double %v22, i32 1
%v24 = load double, ptr %v14
%v25 = insertelement <8 x double> %v23, double %v24, i32 2
%v26 = load double, ptr %v15
%v27 = insertelement <8 x double> %v25, double %v26, i32 3
%v28 = load double, ptr %v16
%v29 = insertelement <8 x double> %v27, double %v28, i32 4
%v30 = load double, ptr %v17
%v31 = insertelement <8 x double> %v29, double %v30, i32 5
%v32 = load double, ptr %v18
%v33 = insertelement <8 x double> %v31, double %v32, i32 6
%v34 = load double, ptr %v19
%v35 = insertelement <8 x double> %v33, double %v34, i32 7
%v36 = getelementptr {ptr, i64}, ptr %x, i64 1
%v37 = load ptr, ptr %v36, !invariant.load !0
%v38 = getelementptr {ptr, i64}, ptr %x, i64 1, i32 1
%v39 = load i64, ptr %v38, !invariant.load !0
%v40 = mul i64 %v39, %j
%v41 = getelementptr i8, ptr %v37, i64 %v40
%v42 = getelementptr i8, ptr %v41, i64 %v39
%v43 = getelementptr i8, ptr %v42, i64 %v39
%v44 = getelementptr i8, ptr %v43, i64 %v39
%v45 = getelementptr i8, ptr %v44, i64 %v39
%v46 = getelementptr i8, ptr %v45, i64 %v39
%v47 = getelementptr i8, ptr %v46, i64 %v39
%v48 = getelementptr i8, ptr %v47, i64 %v39
%v49 = load double, ptr %v41
%v50 = insertelement <8 x double> poison, double %v49, i32 0
%v51 = load double, ptr %v42
%v52 = insertelement <8 x double> %v50, double %v51, i32 1
%v53 = load double, ptr %v43
%v54 = insertelement <8 x double> %v52, double %v53, i32 2
%v55 = load double, ptr %v44
%v56 = insertelement <8 x double> %v54, double %v55, i32 3
%v57 = load double, ptr %v45
%v58 = insertelement <8 x double> %v56, double %v57, i32 4
%v59 = load double, ptr %v46
%v60 = insertelement <8 x double> %v58, double %v59, i32 5
%v61 = load double, ptr %v47
%v62 = insertelement <8 x double> %v60, double %v61, i32 6
%v63 = load double, ptr %v48
%v64 = insertelement <8 x double> %v62, double %v63, i32 7
%v65 = shufflevector <8 x double> %v35, <8 x double> %v64, <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
%0 = fmul <16 x double> %v6, %v65
%v67 = getelementptr {ptr, i64}, ptr %y, i64 0
%v68 = load ptr, ptr %v67, !invariant.load !0
%v69 = shufflevector <16 x double> %0, <16 x double> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
%v70 = shufflevector <16 x double> %0, <16 x double> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
%v71 = getelementptr double, ptr %v68, i64 %i
store <8 x double> %v69, ptr %v71, align 8
%v73 = getelementptr double, ptr %v68, i64 %j
store <8 x double> %v70, ptr %v73, align 8
%v75 = fadd <16 x double> %v65, <double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000>
%v76 = fadd <16 x double> %v6, <double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000>
%v77 = shufflevector <16 x double> %v75, <16 x double> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
%v78 = shufflevector <16 x double> %v75, <16 x double> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
%v79 = shufflevector <16 x double> %v76, <16 x double> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
%v80 = shufflevector <16 x double> %v76, <16 x double> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
%v81 = getelementptr {ptr, i64}, ptr %y, i64 1
%v82 = load ptr, ptr %v81, !invariant.load !0
%v83 = mul i64 %i, 2
%v84 = getelementptr double, ptr %v82, i64 %v83
%v85 = getelementptr double, ptr %v84, i64 8
%v86 = shufflevector <8 x double> %v77, <8 x double> %v79, <8 x i32> <i32 0, i32 8, i32 1, i32 9, i32 2, i32 10, i32 3, i32 11>
store <8 x double> %v86, ptr %v84, align 8
%v88 = shufflevector <8 x double> %v77, <8 x double> %v79, <8 x i32> <i32 4, i32 12, i32 5, i32 13, i32 6, i32 14, i32 7, i32 15>
store <8 x double> %v88, ptr %v85, align 8
%v90 = getelementptr {ptr, i64}, ptr %y, i64 1
%v91 = load ptr, ptr %v90, !invariant.load !0
%v92 = mul i64 %j, 2
%v93 = getelementptr double, ptr %v91, i64 %v92
%v94 = getelementptr double, ptr %v93, i64 8
%v95 = shufflevector <8 x double> %v78, <8 x double> %v80, <8 x i32> <i32 0, i32 8, i32 1, i32 9, i32 2, i32 10, i32 3, i32 11>
store <8 x double> %v95, ptr %v93, align 8
%v97 = shufflevector <8 x double> %v78, <8 x double> %v80, <8 x i32> <i32 4, i32 12, i32 5, i32 13, i32 6, i32 14, i32 7, i32 15>
store <8 x double> %v97, ptr %v94, align 8
%v99 = fcmp ule <16 x double> %v6, <double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000>
%v100 = fadd <16 x double> %v6, %v65
%v101 = fadd <16 x double> %v100, %0
%answer = insertvalue {<16 x double>, <16 x i1>} poison, <16 x double> %v101, 0
%both = insertvalue {<16 x double>, <16 x i1>} %answer, <16 x i1> %v99, 1
ret {<16 x double>, <16 x i1>} %both
}


define i1 @rows(ptr noalias %x, ptr noalias %y, i64 %start, i64 %stop, ptr noalias %told) nounwind "stackrealign" {
entry:
%w = alloca i8, i64 64, align 64
%sums = getelementptr i8, ptr %w, i64 0
%same = alloca double, i64 3, align 64
%v1 = insertelement <16 x double> poison, double 0x0000000000000000, i32 0
%v2 = shufflevector <16 x double> %v1, <16 x double> poison, <16 x i32> zeroinitializer
br label %block
block:
%from = phi i64 [ %start, %entry ], [ %i2, %after ]
%to = phi ptr [ %y, %entry ], [ %next, %after ]
%told1 = phi i1 [ 0, %entry ], [ %told4, %after ]
%last = add i64 %from, 4611686018427387904
%end = call i64 @llvm.smin.i64(i64 %last, i64 %stop)

br label %again
again:
%i = phi i64 [ %from, %block ], [ %i2, %again ]
%told2 = phi i1 [ %told1, %block ], [ %told3, %again ]
%i2 = add i64 %i, 16
%i1 = add i64 %i, 8
%both = icmp slt i64 %i1, %end
%end_one = insertelement <8 x i64> poison, i64 %end, i32 0
%end_all = shufflevector <8 x i64> %end_one, <8 x i64> poison, <8 x i32> zeroinitializer
%there0_one = insertelement <8 x i64> poison, i64 %i, i32 0
%there0_all = shufflevector <8 x i64> %there0_one, <8 x i64> poison, <8 x i32> zeroinitializer
%there0_rows = add <8 x i64> %there0_all, <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>
%there0 = icmp slt <8 x i64> %there0_rows, %end_all
%there1_one = insertelement <8 x i64> poison, i64 %i1, i32 0
%there1_all = shufflevector <8 x i64> %there1_one, <8 x i64> poison, <8 x i32> zeroinitializer
%there1_rows = add <8 x i64> %there1_all, <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>
%there1 = icmp slt <8 x i64> %there1_rows, %end_all
%j = select i1 %both, i64 %i1, i64 %i
%zero0 = lshr i64 0, 63
%same0 = getelementptr double, ptr %same, i64 %zero0
%zero1 = lshr i64 0, 63
%same1 = getelementptr double, ptr %same, i64 %zero1
%answer0 = call {<16 x double>, <16 x i1>} @chunk0(ptr %x, ptr %y, ptr %w, ptr %same0, ptr %same1, i64 %i, i64 %j, <8 x i1> %there0, <8 x i1> %there1)
%sum0 = extractvalue {<16 x double>, <16 x i1>} %answer0, 0
%failed0 = extractvalue {<16 x double>, <16 x i1>} %answer0, 1
%total0 = fadd <16 x double> %v2, %sum0
%any0 = or <16 x i1> <i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0>, %failed0
%none = fsub <16 x double> %total0, %total0
%bad = fcmp uno <16 x double> %none, %none
%failed = or <16 x i1> %any0, %any0
%done = sub i64 %i, %start
%group = lshr i64 %done, 2
%t = getelementptr i8, ptr %told, i64 %group
%failed_bits = bitcast <16 x i1> %failed to i16
%failed_all = zext i16 %failed_bits to i32
%failed_shifted0 = lshr i32 %failed_all, 0
%failed_byte0 = trunc i32 %failed_shifted0 to i8
%failed_place0 = getelementptr i8, ptr %t, i64 0
store i8 %failed_byte0, ptr %failed_place0
%failed_shifted1 = lshr i32 %failed_all, 8
%failed_byte1 = trunc i32 %failed_shifted1 to i8
%failed_place1 = getelementptr i8, ptr %t, i64 2
store i8 %failed_byte1, ptr %failed_place1
%bad_bits = bitcast <16 x i1> %bad to i16
%bad_all = zext i16 %bad_bits to i32
%bad_shifted0 = lshr i32 %bad_all, 0
%bad_byte0 = trunc i32 %bad_shifted0 to i8
%bad_place0 = getelementptr i8, ptr %t, i64 1
store i8 %bad_byte0, ptr %bad_place0
%bad_shifted1 = lshr i32 %bad_all, 8
%bad_byte1 = trunc i32 %bad_shifted1 to i8
%bad_place1 = getelementptr i8, ptr %t, i64 3
store i8 %bad_byte1, ptr %bad_place1
%some1 = or i32 %failed_all, %bad_all
%some = icmp ne i32 %some1, 0
%told3 = or i1 %told2, %some
%more = icmp slt i64 %i2, %end
br i1 %more, label %again, label %after
after:

%told4 = or i1 %told3, 0
%next = getelementptr double, ptr %to, i64 3
%blocks = icmp slt i64 %i2, %stop
br i1 %blocks, label %block, label %out
out:

ret i1 %told4
}
!0 = !{}

; --- dense
declare ptr @PyMem_RawMalloc(i64)
declare void @PyMem_RawFree(ptr)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare i64 @llvm.smin.i64(i64, i64)
declare <8 x double> @llvm.sqrt.v8f64(<8 x double>)
declare <8 x double> @llvm.fabs.v8f64(<8 x double>)
declare <8 x double> @llvm.fma.v8f64(<8 x double>, <8 x double>, <8 x double>)
define internal {<8 x double>, <8 x i1>} @chunk0(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %same0, ptr %same1, i64 %i, i64 %j, <8 x i1> %there0) nounwind "stackrealign" alwaysinline {
entry:
%v0 = getelementptr {ptr, i64}, ptr %x, i64 0
%v1 = load ptr, ptr %v0, !invariant.load !0
%v2 = mul i64 %i, 2
%v3 = getelementptr double, ptr %v1, i64 %v2
%v4 = getelementptr double, ptr %v3, i64 8
%v5 = load <8 x double>, ptr %v3, align 8
%v6 = load <8 x double>, ptr %v4, align 8
%v7 = shufflevector <8 x double> %v5, <8 x double> %v6, <8 x i32> <i32 0, i32 2, i32 4, i32 6, i32 8, i32 10, i32 12, i32 14>
%v8 = shufflevector <8 x double> %v5, <8 x double> %v6, <8 x i32> <i32 1, i32 3, i32 5, i32 7, i32 9, i32 11, i32 13, i32 15>
%0 = fmul <8 x double> %v7, %v8
%v10 = fadd <8 x double> %v8, <double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000>
%v11 = fadd <8 x double> %v7, <double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000>
%v12 = getelementptr {ptr, i64}, ptr %y, i64 0
%v13 = load ptr, ptr %v12, !invariant.load !0
%v14 = mul i64 %i, 3
%v15 = getelementptr double, ptr %v13, i64 %v14
%v16 = getelementptr double, ptr %v15, i64 8
%v17 = getelementptr double, ptr %v15, i64 16
%v18 = shufflevector <8 x double> %0, <8 x double> %v10, <8 x i32> <i32 0, i32 8, i32 0, i32 1, i32 9, i32 1, i32 2, i32 10>
%v19 = shufflevector <8 x double> %v18, <8 x double> %v11, <8 x i32> <i32 0, i32 1, i32 8, i32 3, i32 4, i32 9, i32 6, i32 7>
store <8 x double> %v19, ptr %v15, align 8
%v21 = shufflevector <8 x double> %0, <8 x double> %v10, <8 x i32> <i32 2, i32 3, i32 11, i32 3, i32 4, i32 12, i32 4, i32 5>
%v22 = shufflevector <8 x double> %v21, <8 x double> %v11, <8 x i32> <i32 10, i32 1, i32 2, i32 11, i32 4, i32 5, i32 12, i32 7>
store <8 x double> %v22, ptr %v16, align 8
%v24 = shufflevector <8 x double> %0, <8 x double> %v10, <8 x i32> <i32 13, i32 5, i32 6, i32 14, i32 6, i32 7, i32 15, i32 7>
%v25 = shufflevector <8 x double> %v24, <8 x double> %v11, <8 x i32> <i32 0, i32 13, i32 2, i32 3, i32 14, i32 5, i32 6, i32 15>
store <8 x double> %v25, ptr %v17, align 8
%v27 = fcmp ule <8 x double> %v7, <double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000>
%v28 = fadd <8 x double> %v7, %v8
%v29 = fadd <8 x double> %v28, %0
%answer = insertvalue {<8 x double>, <8 x i1>} poison, <8 x double> %v29, 0
%both = insertvalue {<8 x double>, <8 x i1>} %answer, <8 x i1> %v27, 1
ret {<8 x double>, <8 x i1>} %both
}


define i1 @rows(ptr noalias %x, ptr noalias %y, i64 %start, i64 %stop, ptr noalias %told) nounwind "stackrealign" {
entry:
%w = alloca i8, i64 64, align 64
%sums = getelementptr i8, ptr %w, i64 0
%same = alloca double, i64 3, align 64
%v1 = insertelement <8 x double> poison, double 0x0000000000000000, i32 0
%v2 = shufflevector <8 x double> %v1, <8 x double> poison, <8 x i32> zeroinitializer
br label %block
block:
%from = phi i64 [ %start, %entry ], [ %i2, %after ]
%to = phi ptr [ %y, %entry ], [ %next, %after ]
%told1 = phi i1 [ 0, %entry ], [ %told4, %after ]
%last = add i64 %from, 4611686018427387904
%end = call i64 @llvm.smin.i64(i64 %last, i64 %stop)

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
%zero0 = lshr i64 0, 63
%same0 = getelementptr double, ptr %same, i64 %zero0
%zero1 = lshr i64 0, 63
%same1 = getelementptr double, ptr %same, i64 %zero1
%answer0 = call {<8 x double>, <8 x i1>} @chunk0(ptr %x, ptr %y, ptr %w, ptr %same0, ptr %same1, i64 %i, i64 %j, <8 x i1> %there0)
%sum0 = extractvalue {<8 x double>, <8 x i1>} %answer0, 0
%failed0 = extractvalue {<8 x double>, <8 x i1>} %answer0, 1
%total0 = fadd <8 x double> %v2, %sum0
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

%told4 = or i1 %told3, 0
%next = getelementptr double, ptr %to, i64 3
%blocks = icmp slt i64 %i2, %stop
br i1 %blocks, label %block, label %out
out:

ret i1 %told4
}
!0 = !{}

; --- sums, two groups
declare ptr @PyMem_RawMalloc(i64)
declare void @PyMem_RawFree(ptr)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare i64 @llvm.smin.i64(i64, i64)
declare <16 x double> @llvm.sqrt.v16f64(<16 x double>)
declare <16 x double> @llvm.fabs.v16f64(<16 x double>)
declare <16 x double> @llvm.fma.v16f64(<16 x double>, <16 x double>, <16 x double>)
define internal {<16 x double>, <16 x i1>} @chunk0(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %same0, ptr %same1, i64 %i, i64 %j, <8 x i1> %there0, <8 x i1> %there1) nounwind "stackrealign" alwaysinline {
entry:
%v0 = getelementptr {ptr, i64}, ptr %x, i64 1
%v1 = load ptr, ptr %v0, !invariant.load !0
%v2 = getelementptr double, ptr %v1, i64 %i
%v3 = load <8 x double>, ptr %v2, align 8
%v4 = getelementptr double, ptr %v1, i64 %j
%v5 = load <8 x double>, ptr %v4, align 8
%v6 = shufflevector <8 x double> %v3, <8 x double> %v5, <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
%v7 = getelementptr double, ptr %same0, i64 0
%v8 = load double, ptr %v7, !invariant.load !0
%v9 = insertelement <16 x double> poison, double %v8, i32 0
%v10 = shufflevector <16 x double> %v9, <16 x double> poison, <16 x i32> zeroinitializer
%0 = fmul <16 x double> %v10, %v6
%v12 = shufflevector <16 x double> %0, <16 x double> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
%v13 = shufflevector <16 x double> %0, <16 x double> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
%v14 = getelementptr <8 x double>, ptr %y, i64 0
%v15 = load <8 x double>, ptr %v14, align 64
%v16 = fadd <8 x double> %v15, %v12
%v17 = select <8 x i1> %there0, <8 x double> %v16, <8 x double> %v15
%v18 = fadd <8 x double> %v17, %v13
%v19 = select <8 x i1> %there1, <8 x double> %v18, <8 x double> %v17
store <8 x double> %v19, ptr %v14, align 64
%v21 = shufflevector <16 x double> %v6, <16 x double> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
%v22 = shufflevector <16 x double> %v6, <16 x double> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
%v23 = getelementptr <8 x double>, ptr %y, i64 1
%v24 = load <8 x double>, ptr %v23, align 64
%v25 = fadd <8 x double> %v24, %v21
%v26 = select <8 x i1> %there0, <8 x double> %v25, <8 x double> %v24
%v27 = fadd <8 x double> %v26, %v22
%v28 = select <8 x i1> %there1, <8 x double> %v27, <8 x double> %v26
store <8 x double> %v28, ptr %v23, align 64
%v30 = shufflevector <16 x double> %v10, <16 x double> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
%v31 = shufflevector <16 x double> %v10, <16 x double> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
%v32 = getelementptr <8 x double>, ptr %y, i64 2
%v33 = load <8 x double>, ptr %v32, align 64
%v34 = fadd <8 x double> %v33, %v30
%v35 = select <8 x i1> %there0, <8 x double> %v34, <8 x double> %v33
%v36 = fadd <8 x double> %v35, %v31
%v37 = select <8 x i1> %there1, <8 x double> %v36, <8 x double> %v35
store <8 x double> %v37, ptr %v32, align 64
%v39 = fcmp ule <16 x double> %v10, <double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000, double 0x0000000000000000>
%answer = insertvalue {<16 x double>, <16 x i1>} poison, <16 x double> %v6, 0
%both = insertvalue {<16 x double>, <16 x i1>} %answer, <16 x i1> %v39, 1
ret {<16 x double>, <16 x i1>} %both
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
%more = icmp slt i64 %next, 3
br i1 %more, label %again, label %out
out:
%wrong = fcmp uno double %all2, 0.0
ret i1 %wrong
}

define i1 @rows(ptr noalias %x, ptr noalias %y, i64 %start, i64 %stop, ptr noalias %told) nounwind "stackrealign" {
entry:
%w = alloca i8, i64 256, align 64
%sums = getelementptr i8, ptr %w, i64 0
%same = alloca double, i64 3, align 64
%v1 = getelementptr {ptr, i64}, ptr %x, i64 0
%v2 = load ptr, ptr %v1, !invariant.load !0
%v3 = load double, ptr %v2, align 8
%to0 = getelementptr double, ptr %same, i64 0
store double %v3, ptr %to0, align 8
%v6 = fmul double %v3, 0x0000000000000000
%v7 = insertelement <16 x double> poison, double %v6, i32 0
%v8 = shufflevector <16 x double> %v7, <16 x double> poison, <16 x i32> zeroinitializer
br label %block
block:
%from = phi i64 [ %start, %entry ], [ %i2, %after ]
%to = phi ptr [ %y, %entry ], [ %next, %after ]
%told1 = phi i1 [ 0, %entry ], [ %told4, %after ]
%last = add i64 %from, 1024
%end = call i64 @llvm.smin.i64(i64 %last, i64 %stop)
call void @llvm.memset.p0.i64(ptr %sums, i8 0, i64 192, i1 false)
br label %again
again:
%i = phi i64 [ %from, %block ], [ %i2, %again ]
%told2 = phi i1 [ %told1, %block ], [ %told3, %again ]
%i2 = add i64 %i, 16
%i1 = add i64 %i, 8
%both = icmp slt i64 %i1, %end
%end_one = insertelement <8 x i64> poison, i64 %end, i32 0
%end_all = shufflevector <8 x i64> %end_one, <8 x i64> poison, <8 x i32> zeroinitializer
%there0_one = insertelement <8 x i64> poison, i64 %i, i32 0
%there0_all = shufflevector <8 x i64> %there0_one, <8 x i64> poison, <8 x i32> zeroinitializer
%there0_rows = add <8 x i64> %there0_all, <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>
%there0 = icmp slt <8 x i64> %there0_rows, %end_all
%there1_one = insertelement <8 x i64> poison, i64 %i1, i32 0
%there1_all = shufflevector <8 x i64> %there1_one, <8 x i64> poison, <8 x i32> zeroinitializer
%there1_rows = add <8 x i64> %there1_all, <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>
%there1 = icmp slt <8 x i64> %there1_rows, %end_all
%j = select i1 %both, i64 %i1, i64 %i
%zero0 = lshr i64 0, 63
%same0 = getelementptr double, ptr %same, i64 %zero0
%zero1 = lshr i64 0, 63
%same1 = getelementptr double, ptr %same, i64 %zero1
%answer0 = call {<16 x double>, <16 x i1>} @chunk0(ptr %x, ptr %sums, ptr %w, ptr %same0, ptr %same1, i64 %i, i64 %j, <8 x i1> %there0, <8 x i1> %there1)
%sum0 = extractvalue {<16 x double>, <16 x i1>} %answer0, 0
%failed0 = extractvalue {<16 x double>, <16 x i1>} %answer0, 1
%total0 = fadd <16 x double> %v8, %sum0
%any0 = or <16 x i1> <i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0, i1 0>, %failed0
%none = fsub <16 x double> %total0, %total0
%bad = fcmp uno <16 x double> %none, %none
%failed = or <16 x i1> %any0, %any0
%done = sub i64 %i, %start
%group = lshr i64 %done, 2
%t = getelementptr i8, ptr %told, i64 %group
%failed_bits = bitcast <16 x i1> %failed to i16
%failed_all = zext i16 %failed_bits to i32
%failed_shifted0 = lshr i32 %failed_all, 0
%failed_byte0 = trunc i32 %failed_shifted0 to i8
%failed_place0 = getelementptr i8, ptr %t, i64 0
store i8 %failed_byte0, ptr %failed_place0
%failed_shifted1 = lshr i32 %failed_all, 8
%failed_byte1 = trunc i32 %failed_shifted1 to i8
%failed_place1 = getelementptr i8, ptr %t, i64 2
store i8 %failed_byte1, ptr %failed_place1
%bad_bits = bitcast <16 x i1> %bad to i16
%bad_all = zext i16 %bad_bits to i32
%bad_shifted0 = lshr i32 %bad_all, 0
%bad_byte0 = trunc i32 %bad_shifted0 to i8
%bad_place0 = getelementptr i8, ptr %t, i64 1
store i8 %bad_byte0, ptr %bad_place0
%bad_shifted1 = lshr i32 %bad_all, 8
%bad_byte1 = trunc i32 %bad_shifted1 to i8
%bad_place1 = getelementptr i8, ptr %t, i64 3
store i8 %bad_byte1, ptr %bad_place1
%some1 = or i32 %failed_all, %bad_all
%some = icmp ne i32 %some1, 0
%told3 = or i1 %told2, %some
%more = icmp slt i64 %i2, %end
br i1 %more, label %again, label %after
after:
%wrong = call i1 @totals(ptr %sums, ptr %to)
%told4 = or i1 %told3, %wrong
%next = getelementptr double, ptr %to, i64 3
%blocks = icmp slt i64 %i2, %stop
br i1 %blocks, label %block, label %out
out:

ret i1 %told4
}
!0 = !{}

