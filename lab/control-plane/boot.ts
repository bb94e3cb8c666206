/** One attempt to bring all components of a lab up. */
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning } from '../host/processes.ts';
import { KubernetesClient } from '../kubernetes/index.ts';
import { apiClients, type ComponentName } from './components.ts';
import { findRunning, logFile, logTail, type RunningComponents, startDaemon } from './daemon.ts';
import { applyDefaults } from './defaults.ts';
import type { Tell } from './events.ts';
import { contextName, writeKubeconfigs } from './kubeconfig.ts';
import type { Lab } from './lab.ts';
import { LabError } from './lab-error.ts';
import type { LabLayout } from './layout.ts';
import { type LeaseHolder, missingLeases, releaseLeases } from './leases.ts';
import { applyNodes, type LabNodes, nodeNames, unreadyNodes } from './nodes.ts';
import { choosePorts, type Ports } from './ports.ts';
import { loopback } from './network.ts';
import { type LabRecord, writeRecord } from './record.ts';
import { stopComponents } from './stop.ts';

/** How long a lab may take until it is ready, in milliseconds; ordinary is 4 s on two cores. */
const bootTimeoutMs = 90_000;

/** How often the API server is asked whether it is ready, in milliseconds. */
const pollMs = 40;

/** A component could not bind the port that was free a moment ago. */
export class PortTakenError extends LabError {
  readonly component: ComponentName;

  constructor(component: ComponentName, message: string) {
    super(message);
    this.component = component;
  }
}

/** What a boot needs. */
export interface BootOptions {
  readonly layout: LabLayout;
  /** Where each component's program is. */
  readonly programs: Readonly<Record<ComponentName, string>>;
  readonly nodes: LabNodes;
  readonly tell: Tell;
  readonly signal: AbortSignal | undefined;
}

/** One attempt to bring all components of a lab up. */
export class Boot {
  readonly #options: BootOptions;
  readonly #deadline = performance.now() + bootTimeoutMs;
  /** What runs, as far as we know. */
  #running: RunningComponents = {};
  /** What this attempt started, to be ended when it fails. */
  readonly #started: RunningComponents = {};

  constructor(options: BootOptions) {
    this.#options = options;
  }

  /** Brings up what is missing and waits until all is ready. */
  async run(before: LabRecord | undefined): Promise<Lab> {
    const { layout, nodes, programs, tell } = this.#options;
    try {
      this.#running = findRunning(layout);
      await this.#endOutdated(before);
      const ports = await this.#settlePorts(before?.ports);
      const server = `https://${loopback}:${ports.apiserver}`;
      await writeKubeconfigs(layout, server, apiClients);
      await writeRecord(layout, { ports, nodes, programs });
      this.#start('etcd', ports);
      this.#start('kube-apiserver', ports);
      const client = await KubernetesClient.fromKubeconfig(layout.kubeconfig, undefined, { retryForMs: 0 });
      try {
        await this.#untilServing(client);
        await Promise.all([
          this.#startClient('kube-controller-manager', ports, client),
          this.#startClient('kube-scheduler', ports, client),
          this.#furnish(client, ports),
        ]);
        await this.#untilAtWork(client);
      } finally {
        await client.close();
      }
      tell({ step: 'ready', component: 'lab', detail: server });
      return {
        name: layout.name,
        directory: layout.directory,
        kubeconfig: layout.kubeconfig,
        context: contextName(layout.name),
        server,
        pids: { ...this.#running },
        ready: true,
      };
    } catch (error) {
      // An API server without etcd would take long to stop, and a kill loses nothing that etcd has confirmed.
      await stopComponents(this.#started, tell, 1000);
      throw error;
    }
  }

  /** Ends what was started from another program, as after an upgrade. Without a record nobody knows anything of it. */
  async #endOutdated(before: LabRecord | undefined): Promise<void> {
    const { programs } = this.#options;
    const outdated = Object.entries(this.#running).filter(
      ([component]) => before?.programs[component as ComponentName] !== programs[component as ComponentName],
    );
    await this.#stop(Object.fromEntries(outdated));
  }

  /** Keeps the ports of what runs; ends what a changed port would leave talking to nobody. */
  async #settlePorts(before: Ports | undefined): Promise<Ports> {
    const { tell } = this.#options;
    if (before === undefined) return choosePorts(undefined, {});
    const { etcd, 'kube-apiserver': apiserver } = this.#running;
    const ports = await choosePorts(before, {
      etcd: etcd !== undefined,
      apiserver: apiserver !== undefined,
    });
    if (ports.etcd !== before.etcd && apiserver !== undefined) {
      tell({
        step: 'notice',
        component: 'kube-apiserver',
        detail: 'restarts, because etcd got another port',
      });
      await this.#stop({ 'kube-apiserver': apiserver });
    }
    if (ports.apiserver !== before.apiserver) {
      const { 'kube-controller-manager': manager, 'kube-scheduler': scheduler, kwok } = this.#running;
      await this.#stop({
        ...(manager === undefined ? {} : { 'kube-controller-manager': manager }),
        ...(scheduler === undefined ? {} : { 'kube-scheduler': scheduler }),
        ...(kwok === undefined ? {} : { kwok }),
      });
    }
    return ports;
  }

  async #stop(components: RunningComponents): Promise<void> {
    await stopComponents(components, this.#options.tell);
    for (const component of Object.keys(components) as ComponentName[]) delete this.#running[component];
  }

  #start(component: ComponentName, ports: Ports): void {
    if (this.#running[component] !== undefined) return;
    const { layout, programs, tell } = this.#options;
    tell({ step: 'starting', component, detail: programs[component] });
    const pid = startDaemon(component, programs[component], layout, ports);
    this.#running[component] = pid;
    this.#started[component] = pid;
  }

  async #untilServing(client: KubernetesClient): Promise<void> {
    await this.#until('the API server to be ready', async () => {
      await client.request('GET', '/readyz', { timeoutMs: 2000 });
      return true;
    });
    this.#options.tell({ step: 'ready', component: 'kube-apiserver', detail: client.server });
  }

  /** The simulator's rights and the nodes, and then the simulator. */
  async #furnish(client: KubernetesClient, ports: Ports): Promise<void> {
    await Promise.all([applyDefaults(client), applyNodes(client, this.#options.nodes)]);
    await this.#startClient('kwok', ports, client);
  }

  async #startClient(component: LeaseHolder, ports: Ports, client: KubernetesClient): Promise<void> {
    if (this.#running[component] === undefined) await releaseLeases(client, component);
    this.#start(component, ports);
  }

  /** Everybody holds a lease, nodes are ready, and the account that every pod needs exists. */
  async #untilAtWork(client: KubernetesClient): Promise<void> {
    const names = nodeNames(this.#options.nodes);
    await this.#until('controllers, scheduler and nodes', async () => {
      const [leases, nodes, account] = await Promise.all([
        missingLeases(client, apiClients, names),
        unreadyNodes(client, this.#options.nodes),
        client.find({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'default', name: 'default' }),
      ]);
      return leases.length === 0 && nodes.length === 0 && account !== undefined;
    });
    this.#options.tell({ step: 'ready', component: 'nodes', detail: `${names.length} nodes in three zones` });
  }

  /** Asks until the answer is yes; fails as soon as a component that should run doesn't. */
  async #until(what: string, ask: () => Promise<boolean>): Promise<void> {
    const { signal } = this.#options;
    let last: unknown;
    for (;;) {
      signal?.throwIfAborted();
      try {
        if (await ask()) return;
        last = undefined;
      } catch (error) {
        last = error;
      }
      this.#checkAlive();
      if (performance.now() > this.#deadline) throw this.#timeoutError(what, last);
      await delay(pollMs, undefined, signal ? { signal } : {});
    }
  }

  #checkAlive(): void {
    const { layout } = this.#options;
    for (const [component, pid] of Object.entries(this.#running) as [ComponentName, number][]) {
      if (isRunning(pid)) continue;
      delete this.#running[component];
      const tail = logTail(layout, component);
      if (tail.some((line) => line.includes('address already in use'))) {
        throw new PortTakenError(
          component,
          failure(`${component} could not bind its port`, layout, component),
        );
      }
      throw new LabError(failure(`${component} ended while the lab was starting`, layout, component));
    }
  }

  #timeoutError(what: string, last: unknown): LabError {
    const reason = last instanceof Error ? ` (last answer: ${last.message})` : '';
    const text = `Waited ${bootTimeoutMs / 1000} s in vain for ${what}${reason}`;
    return new LabError(failure(text, this.#options.layout, 'kube-apiserver'));
  }
}

function failure(what: string, layout: LabLayout, component: ComponentName): string {
  const tail = logTail(layout, component);
  return [
    `${what}.`,
    `The end of ${logFile(layout, component)}:`,
    ...(tail.length > 0 ? tail : ['(nothing)']).map((line) => `  ${line}`),
    'Run again; if it fails in the same way, remove the lab (its data goes with it) and start a new one.',
  ].join('\n');
}
