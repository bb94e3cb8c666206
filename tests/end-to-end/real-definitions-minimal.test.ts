import { testRealDefinitions } from './support/real-definitions.ts';

testRealDefinitions('minimal');
