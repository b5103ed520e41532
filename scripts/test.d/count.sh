# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154
#
# Part of scripts/test: runs a test in a job, records its name and counts its results in passed, failed and skipped.
# The logs go to $OUT.

# record NAME... - adds NAMEs to the list of cases that ran
record() {
	(($# == 0)) || printf '%s\n' "$@" >>"$OUT/cases.new"
}

# cases_of LOG - prints the names of the cases in LOG, without their numbers, times and reasons
cases_of() {
	awk 'sub(/^(ok|not ok|skip) /, "") {
		if (sub(/^[0-9]+ - /, ""))
			sub(/ # SKIP .*/, "")
		else if (match($0, /^[^ ]+: test_[a-z0-9_]+/))
			$0 = substr($0, 1, RLENGTH)
		else
			sub(/( \([0-9]|: ).*/, "")
		print
	}' "$1"
}

# tally FILE - adds the counts of the last line "N passed, N failed, N skipped"; false if there is none
tally() {
	local counts

	counts="$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$1" | tail -1)"
	[[ -n $counts ]] || return 1
	read -r p f s < <(tr -dc '0-9 \n' <<<"$counts")
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# show_failures FILE - prints each "not ok" with the lines that belong to it, and each "skip"
show_failures() {
	awk '/^(not ok|skip) / { print; shown = /^not/; next }
		/^(ok |[0-9]+ passed)/ { shown = 0 }
		shown && ++lines <= 3000' "$1"
}

# one NAME COMMAND... - runs a test that is a single command
one() {
	local name="$1" log="$OUT/$1.log"
	shift

	record "$name"
	if "$@" >"$log" 2>&1; then
		passed=$((passed + 1))
		say "ok $name"
	else
		failed=$((failed + 1))
		printf 'not ok %s\n' "$name"
		tail -30 "$log" | sed 's/^/    /'
		return 1
	fi
}

# counted NAME COMMAND... - runs a command that prints a line of counts. Its cases are recorded as "NAME: CASE", or as
# "LABEL: CASE" if LABEL is set.
counted() {
	local name="$1" log="$OUT/$1.log" status=0 cases
	shift

	"$@" >"$log" 2>&1 || status=$?
	mapfile -t cases < <(cases_of "$log")
	record "${cases[@]/#/${LABEL:-$name}: }"
	show_failures "$log"
	if ! tally "$log"; then
		failed=$((failed + 1))
		printf 'not ok %s: ended with status %d and no closing line\n' "$name" "$status"
		tail -30 "$log" | sed 's/^/    /'
	fi
	say "$name: $(tail -1 "$log")"
}
