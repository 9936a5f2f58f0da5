# limit.sh MASS FILE: a limit that is the mass times the counts; it ends when that of 10 and of 100 have both begun
[ "$1" = 13 ] && exit 7
touch "$REANA_WORKSPACE/seen-$1"
until [ -e "$REANA_WORKSPACE/seen-10" ] && [ -e "$REANA_WORKSPACE/seen-100" ]; do
    date +%N >> "$REANA_WORKSPACE/beat"
    sleep 0.05
done
awk -v mass="$1" '{ print mass, mass * $1 }' "$2"
