# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Helpers for the scripts in this directory. Source this file; do not run it:
#
#	. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
#
# It owns messages, the cache directory and the ways to fill it, and apt calls that do not change the
# machine's package state. It knows nothing about kernels, labs or builds.

# The caller's PATH, for commands that must get it unchanged.
# shellcheck disable=SC2034
readonly PORTAL_CALLER_PATH="$PATH"

# depmod, mke2fs and similar programs are in sbin, which is not in the PATH of ordinary users.
PATH="$PATH:/usr/sbin:/sbin"

readonly PORTAL_SCRIPT="${0##*/}"

readonly DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# say WORD... - prints a progress message on stderr.
say() {
	printf '%s: %s\n' "$PORTAL_SCRIPT" "$*" >&2
}

# die WORD... - prints an error message (what failed, what to do next) and exits with DIE_STATUS, 1 by default.
die() {
	printf '%s: error: %s\n' "$PORTAL_SCRIPT" "$*" >&2
	exit "${DIE_STATUS:-1}"
}

# usage_error WORD... - reports a wrong command line and exits with status 2.
usage_error() {
	printf '%s: error: %s\n' "$PORTAL_SCRIPT" "$*" >&2
	printf '%s: try: %s --help\n' "$PORTAL_SCRIPT" "$0" >&2
	exit 2
}

# need_command PROGRAM... - dies unless every PROGRAM is in PATH.
need_command() {
	local program
	for program in "$@"; do
		command -v "$program" >/dev/null ||
			die "$program is not installed; run scripts/setup first"
	done
}

# is_number WORD [MIN] - true for a decimal number of at least MIN (default 1).
is_number() {
	[[ $1 =~ ^[0-9]{1,9}$ ]] && ((10#$1 >= ${2:-1}))
}

# deb_arch ARCH - prints Debian's name for ARCH, which is x86_64, aarch64 or armhf.
deb_arch() {
	case "$1" in
	x86_64) echo amd64 ;;
	aarch64) echo arm64 ;;
	armhf) echo armhf ;;
	*) usage_error "--arch $1 is not known; use x86_64, aarch64 or armhf" ;;
	esac
}

# cache_dir - creates the directory for files that can be regenerated, and prints its path.
cache_dir() {
	local dir="${PORTAL_CACHE:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/portal-vmm}"

	[[ $dir == /* ]] || die "the cache directory '$dir' is not absolute; set PORTAL_CACHE"
	mkdir -p -- "$dir" || die "cannot create $dir; set PORTAL_CACHE to a writable directory"
	printf '%s\n' "$dir"
}

# new_dir_beside PATH - creates a directory on the file system of PATH and prints its path. The caller
# fills it and passes it to publish_dir.
new_dir_beside() {
	local parent

	parent="$(dirname -- "$1")"
	mkdir -p -- "$parent"
	mktemp -d -- "$parent/.new-$(basename -- "$1").XXXXXX"
}

# publish_dir NEW PATH - renames the finished directory NEW to PATH, replacing an existing one.
# Readers see the old directory, then briefly no directory, then the new one; never an incomplete one.
publish_dir() {
	local new="$1" path="$2" old=""

	chmod 0755 -- "$new"
	if [[ -e $path || -L $path ]]; then
		old="$(new_dir_beside "$path")"
		mv -T -- "$path" "$old/old"
	fi
	mv -T -- "$new" "$path"
	[[ -z $old ]] || rm -rf -- "$old"
}

# publish_file NEW PATH - renames the finished file NEW to PATH, replacing an existing one.
publish_file() {
	mv -fT -- "$1" "$2"
}

# with_lock FILE COMMAND... - runs COMMAND while holding FILE's lock, so that two scripts do not
# make the same thing at the same time. The lock is released at the latest when this process ends.
# Do not call it in a condition: bash would then ignore failures inside COMMAND.
with_lock() {
	local file="$1" fd
	shift

	mkdir -p -- "$(dirname -- "$file")"
	exec {fd}>"$file"
	if ! flock --nonblock "$fd"; then
		say "waiting for another process that holds $file"
		flock "$fd"
	fi
	"$@"
	exec {fd}>&-
}

# debian_sources CODENAME - prints the sources of another Debian release, on the mirrors that this machine uses for its
# own. Debian's keyring has the keys of older releases. The lists of one that is no longer supported do not change, so
# their date does not matter.
debian_sources() {
	local own uri codename

	own="$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)"
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' | sort -u |
		while read -r uri codename; do
			[[ $codename == "$own" || $codename == "$own-security" ]] || continue
			printf 'deb [signed-by=%s check-valid-until=no] %s %s main\n' \
				"$DEBIAN_KEYRING" "$uri" "${codename/#$own/$1}"
		done
}

# apt_private DEB_ARCH [CODENAME] - makes apt_query and apt_download use separate package lists in the cache, for
# any architecture and without root, of the Debian release CODENAME if it is given; updates the lists when they are a
# day old.
apt_private() {
	local state

	state="$(cache_dir)/apt/$1${2:+-$2}"
	mkdir -p -- "$state/lists/partial" "$state/cache/archives/partial"
	: >>"$state/status"
	APT_OPTIONS=(
		-o "Dir::State=$state" -o "Dir::State::lists=$state/lists"
		-o "Dir::State::status=$state/status" -o "Dir::Cache=$state/cache"
		-o "APT::Architecture=$1" -o "APT::Architectures=$1"
	)
	if [[ -n ${2:-} ]]; then
		debian_sources "$2" >"$state/sources.list"
		[[ -s $state/sources.list ]] ||
			die "the sources in /etc/apt have no mirror of this machine's Debian release"
		APT_OPTIONS+=(
			-o "Dir::Etc::SourceList=$state/sources.list" -o "Dir::Etc::SourceParts=/dev/null"
		)
	fi
	with_lock "$state/.lock" update_lists "$1" "$state"
}

# update_lists DEB_ARCH STATE - updates the package lists. The caller holds the lock, because apt fails when
# another process updates the same lists.
update_lists() {
	[[ -z "$(find "$2/updated" -mmin -1440 2>/dev/null)" ]] || return 0
	say "fetching package lists for $1"
	if apt-get "${APT_OPTIONS[@]}" -o "APT::Sandbox::User=$(id -un)" -qq update >&2; then
		touch -- "$2/updated"
	elif compgen -G "$2/lists/*_Packages*" >/dev/null; then
		say "warning: not all package lists could be fetched; going on with the lists in the cache"
	else
		die "apt-get update failed; see the messages above, then run this again"
	fi
}

# apt_query WORD... - runs apt-cache with this machine's package lists, or with those of apt_private after
# apt_private was called.
apt_query() {
	apt-cache ${APT_OPTIONS[@]+"${APT_OPTIONS[@]}"} "$@"
}

# apt_has PACKAGE - true when PACKAGE can be downloaded.
apt_has() {
	local policy

	policy="$(LC_ALL=C apt_query policy "$1")"
	[[ $policy == *"Candidate: "* && $policy != *"Candidate: (none)"* ]]
}

# apt_download DIR PACKAGE... - downloads the .deb files into DIR; false when that fails.
apt_download() {
	local dir="$1"
	shift

	(cd -- "$dir" && apt-get ${APT_OPTIONS[@]+"${APT_OPTIONS[@]}"} \
		-o "APT::Sandbox::User=$(id -un)" -qq download "$@" >&2)
}

APT_OPTIONS=()
