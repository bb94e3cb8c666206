/** Works out the parameters of PostgreSQL from what an instance has. Pure. */

/** What an instance has. Sizes in bytes, processor in cores. */
export interface InstanceSize {
  memory: number;
  cpu: number;
  walStorage: number;
  /** Connections of clients. */
  connections: number;
}

/** What is kept for whoever must get in when clients hold all connections: superuser, operator, metrics, backups. */
export const reservedConnections = 20;

/** Memory that a connection takes before it does anything. An estimate, on the safe side. */
const connectionOverhead = 4;

/** Workers that clean up at a time; each may take as much as one maintenance command. */
const cleaners = 3;

const mebibyte = 2 ** 20;

/** How the memory of an instance is divided, in MiB. Together it is never more than there is. */
export interface MemoryPlan {
  sharedBuffers: number;
  /** For one command, or for one of the workers that clean up. */
  maintenance: number;
  /** For one step of one query; every connection may take it once. */
  work: number;
  /** What the plan leaves to the page cache, at the least. */
  left: number;
}

/**
 * A quarter of the memory for shared buffers, as PostgreSQL's own guide has it; 3/32 for cleaning up; a half is
 * divided among the connections.
 */
export function planMemory({ memory, connections }: InstanceSize): MemoryPlan {
  const total = Math.floor(memory / mebibyte);
  const sharedBuffers = Math.floor(total / 4);
  const maintenance = Math.max(1, Math.min(1024, Math.floor(total / 32)));
  const all = connections + reservedConnections;
  const work = Math.max(1, Math.min(256, Math.floor(total / 2 / all) - connectionOverhead));
  const left = total - sharedBuffers - cleaners * maintenance - all * (work + connectionOverhead);
  return { sharedBuffers, maintenance, work, left };
}

/** How the disk of the write-ahead log is divided, in MiB. */
export interface WalPlan {
  /** Where a checkpoint begins at the latest. */
  soft: number;
  /** What is kept for a copy that is away. A copy that stays away longer must be made anew. */
  slots: number;
  /** What is kept in any case. */
  kept: number;
}

/** Leaves a tenth of the disk free even when a copy is away. */
export function planWal({ walStorage }: Pick<InstanceSize, 'walStorage'>): WalPlan {
  const total = Math.floor(walStorage / mebibyte);
  return {
    soft: Math.floor(total * 0.4),
    slots: Math.floor(total * 0.7),
    kept: Math.min(512, Math.floor(total * 0.2)),
  };
}

/** The parameters of every instance. What the operator sets itself, such as archiving and TLS files, is not here. */
export function planParameters(size: InstanceSize, slowQuery: string): Readonly<Record<string, string>> {
  const memory = planMemory(size);
  const wal = planWal(size);
  const cores = Math.max(1, Math.floor(size.cpu));
  const megabytes = (amount: number) => `${amount}MB`;
  return {
    max_connections: `${size.connections + reservedConnections}`,
    shared_buffers: megabytes(memory.sharedBuffers),
    effective_cache_size: megabytes(Math.floor((size.memory / mebibyte) * 0.75)),
    maintenance_work_mem: megabytes(memory.maintenance),
    autovacuum_max_workers: `${cleaners}`,
    work_mem: megabytes(memory.work),
    max_parallel_workers: `${cores}`,
    max_parallel_workers_per_gather: `${Math.min(4, Math.floor(cores / 2))}`,
    max_parallel_maintenance_workers: `${Math.min(2, Math.floor(cores / 2))}`,
    max_wal_size: megabytes(wal.soft),
    min_wal_size: megabytes(Math.max(32, Math.floor(wal.soft / 4))),
    max_slot_wal_keep_size: megabytes(wal.slots),
    wal_keep_size: megabytes(wal.kept),
    wal_compression: 'lz4',
    checkpoint_timeout: '15min',
    // Disks of today are no slower when they jump.
    random_page_cost: '1.1',
    // A transaction that is left open holds back every clean-up of the cluster.
    idle_in_transaction_session_timeout: '5min',
    ssl_min_protocol_version: 'TLSv1.3',
    log_min_duration_statement: slowQuery,
    log_lock_waits: 'on',
    log_temp_files: '10MB',
    track_io_timing: 'on',
    'pg_stat_statements.max': '5000',
    'pg_stat_statements.track': 'top',
  };
}
