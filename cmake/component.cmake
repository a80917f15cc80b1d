# baton_component(NAME [SUBDIRS dir...] [PUBLIC lib...] [PRIVATE lib...])
# One static library per component, from all .cc files of its folder (and SUBDIRS). The link lists say who may include
# whom; tests/layering_test.cc checks the includes themselves.
function(baton_component name)
  cmake_parse_arguments(ARG "" "" "SUBDIRS;PUBLIC;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  foreach(dir IN LISTS ARG_SUBDIRS)
    file(GLOB more CONFIGURE_DEPENDS ${dir}/*.cc)
    list(APPEND sources ${more})
  endforeach()
  add_library(baton_${name} STATIC ${sources})
  add_library(Baton::${name} ALIAS baton_${name})
  set_target_properties(baton_${name} PROPERTIES EXPORT_NAME ${name} LINKER_LANGUAGE CXX)
  target_link_libraries(baton_${name} PUBLIC baton_flags ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  baton_use_precompiled(baton_${name} baton_common_headers)
endfunction()

# For targets that include RapidJSON: its stack adds to a null pointer, which the undefined behaviour sanitizer reports.
function(baton_uses_rapidjson target)
  if(BATON_SANITIZE MATCHES "undefined" AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(${target} PRIVATE -fno-sanitize=pointer-overflow)
  endif()
endfunction()
