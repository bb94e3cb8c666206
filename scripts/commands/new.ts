import { Command, Option } from 'commander';
import type { NewOptions } from '../actions/new.ts';
import { jsonOption, withExamples } from './options.ts';

/** `ninefold new`. */
export function newCommand(): Command {
  const command = new Command('new').description(
    'write the skeleton of a capability or an implementation, which passes every check as it is',
  );
  const capability = describing(new Command('capability'))
    .description('write a capability with its first implementation')
    .argument('<name>', 'name of the capability, such as queues')
    .option('--implementation <name>', 'name of the implementation (default: <name>-server)')
    .option('--title <text>', 'title of the capability (default: made from its name)')
    .option('--summary <sentence>', 'what it does, for the catalogue (default: made from its title)')
    .option('--principle <number>', 'the principle that it serves, 1 to 9', '1')
    .option('--on-in <profiles...>', 'profiles in which it is on by default', [
      'minimal',
      'small',
      'production',
    ])
    .action(async (name: string, options: NewOptions) => {
      const { newCapability } = await import('../actions/new.ts');
      process.exitCode = await newCapability(name, options);
    });
  const implementation = describing(new Command('implementation'))
    .description('write another implementation of a capability that there is')
    .argument('<capability>', 'name of the capability')
    .argument('<name>', 'name of the implementation, such as rabbitmq')
    .action(async (of: string, name: string, options: NewOptions) => {
      const { newImplementation } = await import('../actions/new.ts');
      process.exitCode = await newImplementation(of, name, options);
    });
  const source = [
    '--manifest https://github.com/rabbitmq/cluster-operator/releases/download/v2.22.3/cluster-operator.yml',
    '--release 2.22.3 --licence MPL-2.0 --image docker.io/rabbitmqoperator/cluster-operator:2.22.3',
    '--kind rabbitmq.com/v1beta1/RabbitmqCluster --port 5671',
  ].join(' \\\n      ');
  command.addCommand(
    withExamples(capability, `ninefold new capability queues --implementation rabbitmq \\\n      ${source}`),
  );
  command.addCommand(
    withExamples(implementation, `ninefold new implementation queues rabbitmq \\\n      ${source}`),
  );
  return withExamples(
    command,
    'ninefold new capability queues --help',
    'ninefold new implementation queues --help',
  );
}

/** Options that say what is installed, which no skeleton can make up. */
function describing(command: Command): Command {
  return command
    .option('--technology <title>', 'title of the technology (default: made from its name)')
    .option('--chart <"repository chart">', 'where the operator’s chart is published')
    .option('--manifest <url>', 'where the operator’s manifest is published')
    .option('--release <version>', 'version of the chart or the manifest')
    .option('--licence <SPDX>', 'licence of the release', 'Apache-2.0')
    .option('--kubernetes <range>', 'Kubernetes versions that it supports', '>=1.30')
    .option('--homepage <url>', 'where its documentation stands (default: the home of the source)')
    .option('--image <reference>', 'the operator’s image, with registry and tag')
    .option(
      '--kind <group/version/Kind...>',
      'kinds that it adds, the server’s first; =plural if it is not regular',
    )
    .option('--port <number>', 'port on which the server answers clients, with TLS', '8443')
    .option('--dry-run', 'say what would be written, and write nothing')
    .addOption(new Option('--json', jsonOption().description));
}
