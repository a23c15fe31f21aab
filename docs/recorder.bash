# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# bash completion for recorder(1)

_recorder_filter()
{
	local classes="%file %desc %network %process %memory %signal %ipc %creds %clock %pure %stat
		%fstat %statfs all none"
	local head=${cur%"${cur##*[,=!]}"}

	# Where = breaks words, what stands before it is not completed.
	[[ $COMP_WORDBREAKS != *=* ]] || head=${head##*=}
	mapfile -t COMPREPLY < <(compgen -P "$head" -W "$classes" -- "${cur##*[,=!]}")
	compopt -o nospace
}

_recorder()
{
	local cur prev words cword split
	local subcommands="record show stat info verify"
	local record="-o -p -a -u -e -s --data= --buffer-size= --duration= -q -v --cgroup= --uid=
		--comm= --on-full= --no-follow --no-entry-time --features --help --version"
	local show="--trace= --pid= --tid= --string-limit= --no-paths --json --help"
	local stat="--sort= --threads --json --help"
	local keys="time mean p50 p99 max calls errors name bytes in out none"
	local i subcommand=record

	_init_completion -s -n = || return

	for ((i = 1; i < cword; i++)); do
		case ${words[i]} in
		--)
			_command_offset $((i + 1))
			return
			;;
		esac
	done
	if ((cword > 1)) && [[ " $subcommands " == *" ${words[1]} "* ]]; then
		subcommand=${words[1]}
	fi

	if [[ $subcommand == record ]]; then
		case $prev in
		-o)
			_filedir
			return
			;;
		-p)
			_pids
			return
			;;
		-u | --uid)
			mapfile -t COMPREPLY < <(compgen -u -- "$cur")
			return
			;;
		-e)
			_recorder_filter
			return
			;;
		--data)
			mapfile -t COMPREPLY < <(compgen -W "all out none" -- "$cur")
			return
			;;
		--on-full)
			mapfile -t COMPREPLY < <(compgen -W "wait drop" -- "$cur")
			return
			;;
		--cgroup)
			_filedir -d
			return
			;;
		--comm)
			_pnames
			return
			;;
		-s | --buffer-size | --duration)
			return
			;;
		esac
	fi

	case $subcommand in
	record)
		if [[ $cur == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$record" -- "$cur")
			[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
		elif ((cword == 1)); then
			mapfile -t COMPREPLY < <(compgen -W "$subcommands" -- "$cur")
		fi
		;;
	show)
		if [[ $prev == -e ]]; then
			_recorder_filter
			return
		fi
		[[ $cur != -* ]] || mapfile -t COMPREPLY < <(compgen -W "$show" -- "$cur")
		[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
		;;
	stat)
		if [[ $prev == --sort || $prev == -S ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$keys" -- "$cur")
			return
		fi
		[[ $cur != -* ]] || mapfile -t COMPREPLY < <(compgen -W "$stat" -- "$cur")
		[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
		;;
	info)
		[[ $cur != -* ]] || mapfile -t COMPREPLY < <(compgen -W "--json --help" -- "$cur")
		;;
	verify)
		[[ $cur != -* ]] ||
			mapfile -t COMPREPLY < <(compgen -W "--json --quiet --help" -- "$cur")
		;;
	*)
		[[ $cur != -* ]] || mapfile -t COMPREPLY < <(compgen -W "--help" -- "$cur")
		;;
	esac
	[[ $subcommand == record || $cur == -* ]] || _filedir '@(rec|rec.old|partial)'
}

complete -F _recorder recorder
