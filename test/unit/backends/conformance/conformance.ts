/**
 * What every backend is held to (engine/backends/backend.ts). Numbers are compared with the float64 reference
 * (engine/reference), whose own derivatives are held to finite differences of the smoothed network: parameters in
 * test/unit/reference/finite-differences.test.ts, δ and dL/dx in test/unit/reference/probes.test.ts.
 */
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../../engine/backends/backend.ts';
import type { NetworkPlan } from '../../../../engine/models/plan.ts';
import { evaluations } from './evaluation.ts';
import { NETWORKS } from './networks.ts';
import { probes } from './probes.ts';
import { parametersAndState } from './state.ts';
import { stopping } from './stopping.ts';
import { subjectOf } from './subject.ts';

export function conformance(name: string, backend: Backend): void {
  describe(`backend ${name}`, () => {
    const subject = subjectOf(backend);

    test('says which builds compute, and who', () => {
      for (const value of Object.values(backend.provenance())) expect(value).toMatch(/\w/);
      expect(backend.describe()).toMatch(/\w/);
    });

    test('refuses what it does not have, in one sentence, and opens none of it', async () => {
      const { plan, data } = subject.planOf('spiking layers, learned leaks');
      expect(backend.refuses(plan)).toBeUndefined();
      const [first, ...rest] = plan.layers;
      const sum = { kind: 'residual', input: [7] } as const;
      const strange: NetworkPlan = {
        ...plan,
        layers: [{ ...first!, connection: sum, neuron: { kind: 'gru' } }, ...rest],
      };
      expect(backend.refuses(strange)).toMatch(/^Layer 1 is .*a residual connection, which .+\.$/);
      await expect(backend.open(strange, data, subject.options)).rejects.toThrow(/residual/);
    });

    test('convolutions are done by all but the event backend', () => {
      const refused = Object.keys(NETWORKS).filter((which) => !subject.networks.includes(which));
      const convolutions = Object.keys(NETWORKS).filter((which) => which.includes('convolution'));
      expect(refused).toEqual(backend.id === 'event' ? convolutions : []);
    });

    evaluations(subject);
    probes(subject);
    parametersAndState(subject);
    stopping(subject);
  });
}
