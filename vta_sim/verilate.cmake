# Libraries of C++ that Verilator makes from rtl/. Verilator builds them itself: the function `verilate` of its CMake
# package verilates while CMake configures, when the generated packages do not exist yet.
execute_process(COMMAND ${VERILATOR} --getenv VERILATOR_ROOT OUTPUT_VARIABLE verilator_root OUTPUT_STRIP_TRAILING_WHITESPACE)
file(GLOB rtl_sources CONFIGURE_DEPENDS rtl/*.sv)
find_program(CCACHE ccache)

set(verilator_flags --cc --build --assert -Wall -O3 --x-assign fast --x-initial fast --threads 1 --unroll-count 1024
    --output-split 20000 --output-split-cfuncs 5000 --top-module vta_top -y ${CMAKE_CURRENT_SOURCE_DIR}/rtl
    -CFLAGS -O2 -MAKEFLAGS OPT_FAST=-O2 -MAKEFLAGS OPT_SLOW=-O1 -MAKEFLAGS OPT_GLOBAL=-O2
    -MAKEFLAGS CXX=${CMAKE_CXX_COMPILER} -MAKEFLAGS LINK=${CMAKE_CXX_COMPILER})
if(CCACHE)
  list(APPEND verilator_flags -MAKEFLAGS OBJCACHE=${CCACHE})
endif()
set(verilator_definitions VM_COVERAGE=$<BOOL:${BATON_VTA_COVERAGE}> VM_TRACE=$<BOOL:${BATON_VTA_TRACE}>
    VM_TRACE_FST=$<BOOL:${BATON_VTA_TRACE}>)
if(BATON_VTA_COVERAGE)
  # Toggles of the widest buses would be most of the work and tell least.
  list(APPEND verilator_flags --coverage --coverage-max-width 64 -MAKEFLAGS OPT_FAST=-O1 -MAKEFLAGS OPT_SLOW=-O0)
endif()
if(BATON_VTA_TRACE)
  list(APPEND verilator_flags --trace-fst)
endif()

# The runtime that all of them share.
set(runtime verilated.cpp verilated_threads.cpp)
if(BATON_VTA_COVERAGE)
  list(APPEND runtime verilated_cov.cpp)
endif()
if(BATON_VTA_TRACE)
  list(APPEND runtime verilated_fst_c.cpp)
endif()
list(TRANSFORM runtime PREPEND ${verilator_root}/include/)
add_library(baton_verilated STATIC ${runtime})
target_include_directories(baton_verilated SYSTEM PUBLIC ${verilator_root}/include ${verilator_root}/include/vltstd)
target_compile_definitions(baton_verilated PUBLIC ${verilator_definitions})
target_compile_features(baton_verilated PUBLIC cxx_std_20)
target_compile_options(baton_verilated PRIVATE -w)
# clang leaves a question about atomics to the library.
target_link_libraries(baton_verilated PUBLIC Threads::Threads atomic $<$<BOOL:${BATON_VTA_TRACE}>:z>)

# baton_verilated_library(CONFIG BITS): the library baton_rtl_CONFIG_BITS with one function, MakeRtl_CONFIG_BITS
# (rtl_libraries.cc).
function(baton_verilated_library config bits)
  set(name ${config}_${bits})
  set(prefix Vvta_${name})
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/${name})
  set(package ${CMAKE_CURRENT_BINARY_DIR}/${config}/vta_pkg.sv)
  add_custom_command(
    OUTPUT ${dir}/${prefix}__ALL.a
    COMMAND ${VERILATOR} ${verilator_flags} -GDATA_BITS=${bits} --prefix ${prefix} --Mdir ${dir}
            ${CMAKE_CURRENT_SOURCE_DIR}/rtl/generated_packages.vlt ${package} ${trap_package}
            ${CMAKE_CURRENT_SOURCE_DIR}/rtl/vta_top.sv
    DEPENDS ${rtl_sources} ${package} ${trap_package}
    COMMENT "Verilating ${config} with a bus of ${bits} bits"
    VERBATIM)
  add_library(baton_rtl_${name} STATIC verilated_instance.cc ${dir}/${prefix}__ALL.a)
  target_include_directories(baton_rtl_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_include_directories(baton_rtl_${name} SYSTEM PRIVATE ${dir})
  target_compile_definitions(baton_rtl_${name} PRIVATE VTA_TOP=${prefix} VTA_HEADER="${prefix}.h"
                             VTA_MAKE=MakeRtl_${name})
  target_link_libraries(baton_rtl_${name} PRIVATE ${dir}/${prefix}__ALL.a baton_verilated)
endfunction()
