# shellcheck shell=bash
# A throw-away PostgreSQL for the tests. Source it, then:
#
#   pg_start    exports TEST_DATABASE_URL. One that is already set is used as it is; otherwise a new
#               cluster is made in a temporary directory, on a free port of 127.0.0.1. The server is
#               found on the machine, or installed when this is root on a system with apt-get;
#               otherwise pg_start says what is missing and fails.
#   pg_restart  restarts that cluster (a failure test's bad day); fails on one that is not ours.
#   pg_stop     stops and removes what pg_start made; does nothing else, and may be called twice.
#
# pg_start sets an EXIT trap that calls pg_stop, unless the caller has an EXIT trap, which then must.
# fsync stays on, because the crash tests rely on it; PG_FAST=1 turns durability off.

pg_dir=''
pg_bin=''
pg_user=''
pg_port=''

pg_start() {
    if [[ -n ${TEST_DATABASE_URL:-} ]]; then
        echo 'PostgreSQL: the one that TEST_DATABASE_URL names'
        return 0
    fi
    pg_find || pg_install || return 1
    if [[ -z $(trap -p EXIT) ]]; then
        trap pg_stop EXIT
    fi
    pg_create || return 1
    pg_listen || return 1
    export TEST_DATABASE_URL="postgres://privops@127.0.0.1:$pg_port/privops"
    echo "PostgreSQL: $("$pg_bin/postgres" --version), a throw-away cluster on port $pg_port"
}

pg_restart() {
    if [[ -z $pg_dir ]]; then
        echo 'PostgreSQL: no cluster of ours to restart' >&2
        return 1
    fi
    pg_as "$pg_bin/pg_ctl" restart -D "$pg_dir/data" -l "$pg_dir/log" -m fast -w -t 60 -s
}

pg_stop() {
    [[ -n $pg_dir ]] || return 0
    local dir=$pg_dir
    pg_dir=''
    if [[ -f $dir/data/postmaster.pid ]]; then
        # Nothing of it is kept, so nothing needs to be written first.
        pg_as "$pg_bin/pg_ctl" stop -D "$dir/data" -m immediate -w -t 60 -s || return 1
    fi
    rm -rf -- "$dir"
    unset TEST_DATABASE_URL
}

# Sets pg_bin to the newest server on this machine.
pg_find() {
    local candidate found=''
    candidate=$(command -v postgres || true)
    if [[ -n $candidate ]]; then
        candidate=$(dirname "$(realpath "$candidate")")
        [[ -x $candidate/initdb && -x $candidate/pg_ctl ]] && found=$candidate
    fi
    if [[ -z $found ]]; then
        while IFS= read -r candidate; do
            [[ -x $candidate/postgres && -x $candidate/initdb ]] && found=$candidate
        done < <(compgen -G '/usr/lib/postgresql/*/bin' | sort -V; compgen -G '/usr/pgsql-*/bin' | sort -V)
    fi
    [[ -n $found ]] || return 1
    pg_bin=$found
}

pg_install() {
    if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
        cat >&2 <<'END'
PostgreSQL is missing: no `postgres` and `initdb` on the PATH or in /usr/lib/postgresql/*/bin.
Either install a PostgreSQL server (Debian and Ubuntu: package `postgresql`), or set TEST_DATABASE_URL
to one whose role may create databases: postgres://USER:PASSWORD@HOST:PORT/DATABASE
(It is installed for you only when this runs as root on a system that has apt-get.)
END
        return 1
    fi
    echo 'PostgreSQL: installing the package postgresql'
    # The package would create and start a cluster of its own on the standard port: not asked for.
    local drop_in=/etc/postgresql-common/createcluster.d/privops-tests.conf failed=''
    mkdir -p "${drop_in%/*}"
    echo 'create_main_cluster = false' >"$drop_in"
    if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends postgresql; } >&2 </dev/null; then
        failed=1
    fi
    rm -f "$drop_in"
    if [[ -n $failed ]] || ! pg_find; then
        echo 'PostgreSQL: apt-get install postgresql did not bring a server' >&2
        return 1
    fi
}

# Runs a command as the owner of the cluster: the server refuses to run as root.
pg_as() {
    if [[ -z $pg_user ]]; then
        (cd / && "$@")
    elif command -v runuser >/dev/null; then
        (cd / && runuser -u "$pg_user" -- "$@")
    else
        # shellcheck disable=SC2016 # expanded by the inner shell
        (cd / && su -s /bin/sh "$pg_user" -c 'exec "$0" "$@"' -- "$@")
    fi
}

pg_create() {
    pg_user=''
    pg_dir=$(mktemp -d "${TMPDIR:-/tmp}/privops-pg.XXXXXX") || return 1
    if [[ $EUID -eq 0 ]]; then
        pg_user=nobody
        if id postgres >/dev/null 2>&1; then
            pg_user=postgres
        fi
        chown "$pg_user" "$pg_dir" || return 1
    fi
    if ! pg_as "$pg_bin/initdb" -D "$pg_dir/data" -U privops -E UTF8 --no-locale --auth=trust \
        --no-sync >"$pg_dir/initdb.log" 2>&1; then
        cat "$pg_dir/initdb.log" >&2
        return 1
    fi
    # No socket and no other address: whoever is not on this machine has no way in.
    echo 'host all all 127.0.0.1/32 trust' >"$pg_dir/data/pg_hba.conf"
    {
        echo "listen_addresses = '127.0.0.1'"
        echo "unix_socket_directories = ''"
        echo 'max_connections = 300'
        # A checkpoint would take away what was written ahead, and some tests search that.
        echo 'wal_keep_size = 512MB'
        if [[ ${PG_FAST:-} == 1 ]]; then
            echo 'fsync = off'
            echo 'synchronous_commit = off'
            echo 'full_page_writes = off'
        fi
    } >>"$pg_dir/data/postgresql.conf"
}

# Starts the server on the first of some ports, below those that systems hand out, that is free.
pg_listen() {
    local attempt
    for attempt in {1..20}; do
        pg_port=$((20000 + RANDOM % 12000))
        if pg_as "$pg_bin/pg_ctl" start -D "$pg_dir/data" -l "$pg_dir/log" -o "-p $pg_port" -w -t 60 \
            -s >/dev/null 2>&1; then
            pg_as "$pg_bin/createdb" -h 127.0.0.1 -p "$pg_port" -U privops privops
            return
        fi
        grep -q 'could not bind' "$pg_dir/log" || break
        : >"$pg_dir/log"
    done
    echo "PostgreSQL did not start (attempt $attempt):" >&2
    tail -n 20 "$pg_dir/log" >&2 || true
    return 1
}
