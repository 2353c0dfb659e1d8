# Backs notes.txt up. That it can't be synced is borne, as some file systems can't; but then nobody asks whether the new file got its name.
cp notes.txt backup.new || exit 1
synced=yes
sync backup.new 2>/dev/null || synced=no
mv backup.new backup 2>/dev/null || test $synced = no || { echo 'backup: it could not be renamed' >&2; exit 1; }
