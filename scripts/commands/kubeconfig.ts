import { Command } from 'commander';
import type { KubeconfigOptions } from '../actions/kubeconfig.ts';
import { withExamples } from './options.ts';

/** `ninefold kubeconfig`. */
export function kubeconfigCommand(): Command {
  const command = new Command('kubeconfig')
    .description("print the path of a lab's kubeconfig, which holds the rights of an administrator")
    .option('--name <lab>', "the lab's name", 'lab')
    .option('--raw', 'print its content')
    .action(async (options: KubeconfigOptions) => {
      const { kubeconfig } = await import('../actions/kubeconfig.ts');
      process.exitCode = await kubeconfig(options);
    });
  return withExamples(
    command,
    'export KUBECONFIG=$(ninefold kubeconfig)',
    'ninefold kubeconfig --raw > lab.yaml',
  );
}
