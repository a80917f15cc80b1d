# Installs the runtime (no compiler, no protobuf) as Baton::runtime for find_package(Baton), and the baton program.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

add_library(baton_runtime INTERFACE)
set_target_properties(baton_runtime PROPERTIES EXPORT_NAME runtime)
target_link_libraries(baton_runtime INTERFACE baton_exec baton_serialize baton_accel baton_ops)

set(runtime_components core bytecode exec serialize accel ops)
list(TRANSFORM runtime_components PREPEND baton_ OUTPUT_VARIABLE runtime_targets)
install(TARGETS baton_flags baton_runtime ${runtime_targets} EXPORT BatonTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(dir IN ITEMS baton vm/core vm/bytecode vm/exec serialize accel)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${dir}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${dir}
          FILES_MATCHING PATTERN "*.h" PATTERN "*.def")
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/ops/op_def.h ${PROJECT_SOURCE_DIR}/ops/registry.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ops)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Baton)
install(EXPORT BatonTargets NAMESPACE Baton:: DESTINATION ${config_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/BatonConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/BatonConfig.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/BatonConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/BatonConfig.cmake ${PROJECT_BINARY_DIR}/BatonConfigVersion.cmake
        DESTINATION ${config_dir})

if(BATON_BUILD_COMPILER)
  install(TARGETS baton RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
