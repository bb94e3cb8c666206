/** A port that pods of an implementation open. */
export interface Listener {
  /** Unique within the implementation; what an exception names. */
  name: string;
  port: number;
  tls: boolean;
  /** What it serves, for the documentation. */
  purpose: string;
}
