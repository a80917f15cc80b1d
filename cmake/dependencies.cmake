# Everything comes from Debian 12's packages; scripts/packages.txt lists them.
find_package(absl REQUIRED)
# dnnl's own package file asks for the headers of OpenCL, which a CPU build has no use for.
find_library(DNNL_LIBRARY dnnl REQUIRED)
find_path(DNNL_INCLUDE_DIR dnnl.hpp REQUIRED)
find_package(TBB REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(openblas REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET libhwy)
# Debian's package splits the exported targets so that find_package fails without flatc's; the library is header only here.
find_program(FLATC flatc REQUIRED)
if(BATON_BUILD_COMPILER)
  find_package(Protobuf REQUIRED)
  find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
endif()
