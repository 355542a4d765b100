# Writes a C file with the shipped scripts in it.
# usage: cmake -DOUT=<file.c> -DDIR=<folder> -P embed.cmake
file(GLOB files RELATIVE ${DIR} ${DIR}/*)
list(SORT files)
set(arrays "")
set(rows "")
set(n 0)
foreach(name IN LISTS files)
	file(READ ${DIR}/${name} hex HEX)
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
	string(APPEND arrays
		"static const unsigned char text${n}[] = {${bytes}};\n")
	string(APPEND rows "\t{ \"${name}\", text${n}, sizeof(text${n}) },\n")
	math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUT} "/* Made from cli/scripts by embed.cmake. */
#include \"cli/script_files.h\"

${arrays}
const struct shipped_script shipped_scripts[] = {
${rows}\t{ 0 },
};
")
