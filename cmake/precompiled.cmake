# Headers that nearly every file includes, parsed once: a third of a full build's time. Files still include what they use.
function(baton_precompile name)
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc "")
  add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc)
  target_link_libraries(${name} PRIVATE baton_flags)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  # Without these a compile cache cannot tell two precompiled headers apart.
  target_compile_options(${name} PRIVATE ${BATON_PRECOMPILE_OPTIONS})
endfunction()

# The target's files begin with the headers of `precompiled`, which must be built with the same options.
function(baton_use_precompiled target precompiled)
  target_precompile_headers(${target} REUSE_FROM ${precompiled})
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    # Not -fPIE: the precompiled headers were built with -fPIC.
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
  target_compile_options(${target} PRIVATE ${BATON_PRECOMPILE_OPTIONS})
endfunction()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(BATON_PRECOMPILE_OPTIONS "SHELL:-Xclang -fno-pch-timestamp")
else()
  set(BATON_PRECOMPILE_OPTIONS -fpch-preprocess)
endif()

set(BATON_COMMON_HEADERS
  <algorithm> <functional> <map> <memory> <optional> <string> <utility> <variant> <vector>
  <absl/container/flat_hash_map.h> <absl/status/status.h> <absl/status/statusor.h> <absl/strings/str_cat.h>
  <absl/strings/string_view.h> <absl/types/span.h>)
baton_precompile(baton_common_headers ${BATON_COMMON_HEADERS})
