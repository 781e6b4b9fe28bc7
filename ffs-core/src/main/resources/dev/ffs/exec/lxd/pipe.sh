# Connects two commands of this machine: bash -c THIS ffs-pipe COUNT FIRST... SECOND..., where COUNT
# words are the first. Prints both exit codes.
count=$1
shift
"${@:1:count}" | "${@:count+1}"
echo "${PIPESTATUS[@]}"
