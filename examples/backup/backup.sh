# A backup script, as there are thousands.
set -eu
cp notes.txt backup.txt
echo "backup complete"
