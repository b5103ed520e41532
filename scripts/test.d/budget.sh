# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154
#
# Part of scripts/test: the table of minutes beside tests/budget.

readonly BUDGET="$ROOT/tests/budget"

# budget_of PART - prints the minutes that PART may take; false if tests/budget has no line for it
budget_of() {
	awk -v part="$1" '$1 == part { print $2; found = 1 } END { exit !found }' "$BUDGET"
}

# in_minutes SECONDS - prints them as minutes with one decimal
in_minutes() {
	printf '%d.%d' "$((($1 + 3) / 60))" "$((($1 + 3) % 60 / 6))"
}

# budget_line PART SECONDS CPU_SECONDS [BUDGET] - prints a line of the table, and a warning if BUDGET is exceeded
budget_line() {
	printf '  %-12s %8s %8s %8s\n' "$1" "$(in_minutes "$2")" "$(in_minutes "$3")" "${4:--}"
	[[ -z ${4:-} ]] || (($2 <= $4 * 60)) ||
		say "warning: $1 took $(in_minutes "$2") minutes, more than the $4 of tests/budget"
}

# budget_table - prints the minutes and CPU minutes of each part, summed over its jobs, and those of the whole run
budget_table() {
	local part cpu_s=0 limit

	printf '  %-12s %8s %8s %8s   (%d jobs at a time)\n' part minutes cpu budget "$jobs"
	for part in "${parts[@]}"; do
		cpu_s=$((cpu_s + ${part_cpu_s[$part]:-0}))
		limit="$(budget_of "$part")" || say "warning: tests/budget has no minutes for $part"
		[[ $all == no ]] || limit=""
		budget_line "$part" "${part_s[$part]:-0}" "${part_cpu_s[$part]:-0}" "$limit"
	done
	limit=""
	[[ $whole == no || $all == yes ]] || limit="$(budget_of whole)"
	budget_line whole "$SECONDS" "$cpu_s" "$limit"
}
