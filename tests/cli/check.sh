# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# For the tests of the command line: runs ./recorder and compares its output, in TAP.
# shellcheck shell=bash
cd "$(dirname "$0")/../.." || exit 1
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
count=0
failed=0

# run ARGUMENT...: its output and exit status, for what follows.
run() {
	./recorder "$@" >"$directory/out" 2>"$directory/err" </dev/null
	found=$?
	count=$((count + 1))
}

# report NAME GOOD: GOOD is 0 where all was as expected.
report() {
	if [ "$2" = 0 ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		echo "# exit status $found"
		sed 's/^/# /' "$directory/out" "$directory/err"
		failed=1
	fi
}

# check NAME STATUS OUTPUT ERRORS ARGUMENT...: patterns that the whole output must match.
check() {
	local name=$1 status=$2 out=$3 err=$4
	shift 4
	run "$@"
	# shellcheck disable=SC2053
	[ $found = "$status" ] && [[ $(<"$directory/out") == $out ]] &&
		[[ $(<"$directory/err") == $err ]]
	report "$name" $?
}

# prints NAME STATUS ERRORS ARGUMENT...: the output is that of expected/SCRIPT-NAME to the letter.
prints() {
	local name=$1 status=$2 err=$3 file
	file=tests/cli/expected/${0##*/}-${name// /-}
	shift 3
	run "$@"
	# shellcheck disable=SC2053
	[ $found = "$status" ] && cmp -s "$file" "$directory/out" &&
		[[ $(<"$directory/err") == $err ]]
	report "$name" $?
}

finish() {
	echo "1..$count"
	exit $failed
}
