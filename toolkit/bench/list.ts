/** The benchmarks of the toolkit, by the name that `npm run bench -- <name>` takes. One line each. */
export const toolkitBenches: Readonly<Record<string, string>> = {
  resilience: 'resilience.ts',
  eventstore: 'eventstore.ts',
  kafka: 'kafka.ts',
  http: 'http.ts',
  overload: 'overload.ts',
  'cold-start': 'cold-start.ts',
};
