#!/usr/bin/env bash
# Bring up a one-node Slurm with accounting in one folder, as an ordinary user or root.
#
#   tests/slurm/up.sh FOLDER      then: source FOLDER/env; stop it with tests/slurm/down.sh FOLDER
#
# Packages (Debian, Ubuntu): slurm-wlm slurmdbd slurm-client munge mariadb-server.
# Nothing outside FOLDER is read or written, so a real Slurm beside it is not touched.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?usage: up.sh FOLDER}"
state=$(cd "$1" && pwd)
export PATH="${PATH}:/usr/sbin:/sbin"
for program in munged mariadbd slurmdbd slurmctld slurmd sbatch; do
  command -v "$program" >/dev/null || { echo "up.sh: needs $program" >&2; exit 3; }
done

started() { echo "$1 $2" >>"$state/pids"; }
wait_for() { # WHAT COMMAND…
  for _ in $(seq 60); do "${@:2}" >/dev/null 2>&1 && return; sleep 0.5; done
  echo "up.sh: $1 did not come up; logs are in $state" >&2
  "$here/down.sh" "$state" >&2
  exit 1
}
port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1"); }

[ ! -s "$state/pids" ] || { echo "up.sh: $state/pids is not empty; run down.sh first" >&2; exit 1; }
: >"$state/pids"
mkdir -p "$state/ctld" "$state/d"
memory_mb=$(($(awk '/MemTotal/{print $2}' /proc/meminfo) / 1024 * 8 / 10))
for name in slurm.conf slurmdbd.conf; do
  sed -e "s|@STATE@|$state|; s|@USER@|$(id -un)|; s|@HOST@|$(hostname -s)|g" \
    -e "s|@CPUS@|$(env -u OMP_NUM_THREADS nproc)|; s|@MEMORY_MB@|$memory_mb|" "$here/$name.in" >"$state/$name"
done
chmod 600 "$state/slurmdbd.conf" # slurmdbd refuses to read a password that others can read
echo 'CgroupAutomount=no' >"$state/cgroup.conf"
echo 'Name=gpu File=/dev/null' >"$state/gres.conf"
cat >"$state/env" <<EOF
export SLURM_CONF=$state/slurm.conf
export PATH=$state/bin:$PATH
EOF
source "$state/env"
# Snakemake's executor drops SLURM_* from the environment of its jobs: each client gets it back.
mkdir -p "$state/bin"
for client in srun sbatch scancel squeue sacct sinfo scontrol sacctmgr; do
  printf '#!/bin/sh\nSLURM_CONF=%s exec %s "$@"\n' "$state/slurm.conf" "/usr/bin/$client" >"$state/bin/$client"
  chmod +x "$state/bin/$client"
done

install -d -m 755 "$state/munge"
[ -s "$state/munge/key" ] || (umask 077 && head -c 1024 /dev/urandom >"$state/munge/key")
munged --force --socket="$state/munge/socket" --key-file="$state/munge/key" \
  --pid-file="$state/munge/pid" --log-file="$state/munge/log" --seed-file="$state/munge/seed"
wait_for munged test -s "$state/munge/pid"
started munged "$(cat "$state/munge/pid")"

socket="$state/mysql.sock"
if [ ! -d "$state/mysql/mysql" ]; then
  mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$state/mysql" \
    --auth-root-authentication-method=normal >"$state/mysql-install.log" 2>&1
fi
mariadbd --no-defaults --user="$(id -un)" --datadir="$state/mysql" --socket="$socket" \
  --pid-file="$state/mysql.pid" --port=23307 --bind-address=127.0.0.1 \
  --innodb-buffer-pool-size=64M --innodb-lock-wait-timeout=900 >"$state/mysql.log" 2>&1 &
started mariadbd $!
sql() { mariadb --no-defaults -u root -S "$socket" -e "$1"; }
wait_for mariadbd sql 'select 1'
for from in 127.0.0.1 localhost; do
  sql "create user if not exists slurm@'$from' identified by 'slurm'"
  sql "grant all on slurm_acct_db.* to slurm@'$from'"
done

slurmdbd -D >"$state/slurmdbd.out" 2>&1 &
started slurmdbd $!
wait_for slurmdbd port_open 26819
wait_for sacctmgr timeout 5 sacctmgr -n show cluster
sacctmgr -i add cluster lab >/dev/null 2>&1 || true # each exists already after a restart
sacctmgr -i add account lab Cluster=lab >/dev/null 2>&1 || true
sacctmgr -i add user "$(id -un)" Account=lab >/dev/null 2>&1 || true

slurmctld -D >"$state/slurmctld.out" 2>&1 &
started slurmctld $!
slurmd -D >"$state/slurmd.out" 2>&1 &
started slurmd $!
wait_for "an idle node" sh -c 'sinfo -h -o %t | grep -q idle'
sinfo
