# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154
#
# Part of scripts/test: the jobs of a run, several at a time.
#
# A job is a call of a function of scripts/test, in its own process group. There is a slot for each job that may run at a time. A
# job starts when a slot is free and the jobs that it needs have ended; the first such job in the queue starts first.

# Memory of an emulated machine, the largest job.
readonly JOB_MIB=3072
# Time between SIGTERM and SIGKILL for the processes of an interrupted run.
readonly END_S=10

queue=()
declare -A job_part=() job_needs=() job_command=() job_begun=() job_slot=() running=() ended=()
declare -A part_s=() part_cpu_s=()

# job PART NAME NEEDS COMMAND... - queues a job, unless a job of that name is queued already. NEEDS are names of jobs;
# names of jobs that are not part of this run are ignored.
job() {
	local name="$2"

	[[ ! -v job_part[$name] ]] || return 0
	queue+=("$name")
	job_part[$name]="$1"
	job_needs[$name]="$3"
	printf -v "job_command[$name]" '%q ' "${@:4}"
}

# may_begin NAME - true if the jobs that NAME needs have ended
may_begin() {
	local need

	for need in ${job_needs[$1]}; do
		[[ ! -v job_part[$need] || -v ended[$need] ]] || return 1
	done
}

# run_job NAME - runs a job in this process, writes the times that it used to a file, and prints its counts
run_job() {
	passed=0 failed=0 skipped=0
	eval "${job_command[$1]}"
	# In a pipe it would print the times of another process.
	times >"$OUT/jobs/$1.times"
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
}

# begin NAME SLOT - starts a job in the background
begin() {
	say "begins: $1"
	job_slot[$1]="$2" job_begun[$1]="$SECONDS"
	set -m
	# shellcheck disable=SC2030
	(
		trap - EXIT INT TERM HUP
		PROCESSOR="${processors[$2 % ${#processors[@]}]}"
		run_job "$1"
	) </dev/null >"$OUT/jobs/$1.log" 2>&1 &
	running[$!]="$1"
	set +m
}

# children_seconds FILE - prints the CPU seconds of child processes; FILE is output of the builtin "times"
children_seconds() {
	awk 'NR == 2 { split($1 "m" $2, t, /[ms]+/); printf "%d\n", 60 * (t[1] + t[3]) + t[2] + t[4] }' "$1"
}

# finish NAME - prints the output of a job that has ended, and adds its counts
finish() {
	local name="$1" log="$OUT/jobs/$1.log" part="${job_part[$1]}" seconds="$((SECONDS - job_begun[$1]))" cpu_s=0
	local before="$failed"

	[[ ! -s $OUT/jobs/$name.times ]] || cpu_s="$(children_seconds "$OUT/jobs/$name.times")"
	sed '$d' "$log"
	if ! tally "$log"; then
		failed=$((failed + 1))
		printf 'not ok %s: no closing line\n' "$name"
		tail -1 "$log" | sed 's/^/    /'
	fi
	part_s[$part]=$((${part_s[$part]:-0} + seconds))
	part_cpu_s[$part]=$((${part_cpu_s[$part]:-0} + cpu_s))
	ended[$name]=$((failed - before))
	free+=("${job_slot[$name]}")
	printf '%s %s %d %d\n' "$part" "$name" "$seconds" "$cpu_s" >>"$OUT/jobs/seconds"
}

# failed_need NAME - prints a build that NAME needs and that has failed; false if there is none
failed_need() {
	local need

	for need in ${job_needs[$1]}; do
		if [[ -v ended[$need] && $need == build-* ]] && ((ended[$need] > 0)); then
			printf '%s\n' "$need"
			return 0
		fi
	done
	return 1
}

# next_job - sets name to the first job that may begin, and removes it from the queue; false if there is none
next_job() {
	local i

	for i in "${!queue[@]}"; do
		name="${queue[i]}"
		if may_begin "$name"; then
			unset "queue[i]"
			return 0
		fi
	done
	return 1
}

# run_jobs - runs all jobs in the queue
run_jobs() {
	local name need pid

	while true; do
		while ((${#free[@]})) && next_job; do
			if need="$(failed_need "$name")"; then
				failed=$((failed + 1)) ended[$name]=1
				printf 'not ok %s: not run, because %s failed\n' "$name" "$need"
				continue
			fi
			begin "$name" "${free[0]}"
			free=("${free[@]:1}")
		done
		((${#running[@]})) || break
		wait -n -p pid "${!running[@]}" || true
		# Nothing of a job that was killed goes on.
		kill -- "-$pid" 2>/dev/null || true
		name="${running[$pid]}"
		unset "running[$pid]"
		finish "$name"
	done
}

# processes_of PID - prints the descendants of a process
processes_of() {
	ps -e -o pid= -o ppid= | awk -v root="$1" '
		{ parent[$1] = $2 }
		END {
			for (pid in parent) {
				for (up = pid; up in parent && up != root; up = parent[up])
					;
				if (up == root && pid != root)
					print pid
			}
		}'
}

# end_processes - ends all descendants of this process, with SIGTERM and after END_S seconds with SIGKILL. Signals to
# the process groups of the jobs are not sufficient, because scripts/lab, timeout and meson create their own groups.
end_processes() {
	local pid list until=$((SECONDS + END_S)) signal=TERM
	local -A alive=()

	trap '' INT TERM HUP
	((${#running[@]})) || return 0
	while true; do
		list="$(processes_of "$$")"
		for pid in $list; do
			[[ ! -v alive[$pid] ]] || continue
			alive[$pid]=1
			kill "-$signal" "$pid" 2>/dev/null || true
		done
		for pid in "${!alive[@]}"; do
			[[ -d /proc/$pid ]] || unset "alive[$pid]"
		done
		((${#alive[@]})) || return 0
		if ((SECONDS >= until)) && [[ $signal == TERM ]]; then
			signal=KILL
			kill -KILL "${!alive[@]}" 2>/dev/null || true
		fi
		((SECONDS < until + END_S)) || return 0
		sleep 0.2
	done
}

# find_slots - fills processors with the numbers of usable processors, and free with the numbers of the slots
find_slots() {
	local range mib
	local -a ranges

	processors=() free=()
	IFS=, read -ra ranges < <(awk '$1 == "Cpus_allowed_list:" { print $2 }' /proc/self/status)
	for range in "${ranges[@]}"; do
		mapfile -t -O "${#processors[@]}" processors < <(seq "${range%-*}" "${range#*-}")
	done
	if [[ -z $jobs ]]; then
		mib="$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)"
		jobs="${#processors[@]}"
		((jobs * JOB_MIB <= mib)) || jobs=$((mib / JOB_MIB))
		((jobs > 0)) || jobs=1
	fi
	mapfile -t free < <(seq 0 "$((jobs - 1))")
}
