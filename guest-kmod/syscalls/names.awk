# SPDX-License-Identifier: GPL-2.0-only
#
# Convert the macros of a list of system call numbers to entries of an array: [number] = "name",
# An alias takes precedence over the macro that it stands for: it is the name that programs know.

$1 == "#define" && $2 ~ /^__NR(3264)?_/ && NF == 3 { value[$2] = $3 }
# arm: (__NR_SYSCALL_BASE + number), and the base is 0
$1 == "#define" && $2 ~ /^__NR_/ && NF == 5 && $3 == "(__NR_SYSCALL_BASE" { value[$2] = $5 + 0 }

END {
	delete value["__NR_syscalls"]
	delete value["__NR_syscall_max"]
	delete value["__NR_arch_specific_syscall"]
	for (macro in value) {
		if (macro !~ /^__NR_[a-z0-9_]+$/)
			continue
		number = value[macro]
		is_alias = number in value
		if (is_alias)
			number = value[number]
		if (number ~ /^[0-9]+$/ && (is_alias || !(number in name)))
			name[number] = substr(macro, 6)
	}
	for (number in name)
		printf "[%d] = \"%s\",\n", number, name[number]
}
