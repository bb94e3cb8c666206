export { installProvider, kubernetesPluginVersion } from './install.ts';
