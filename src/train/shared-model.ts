import { sharedFloats } from '../base/shared-memory.ts';
import type { LanguageModel, Parameter } from '../model/parameters.ts';

/** A copy of the model whose trainable parameters lie where the engine's thread sees them without a copy. */
export function onSharedMemory(model: LanguageModel): LanguageModel {
  const share = (parameter: Parameter): Parameter => {
    const data = sharedFloats(parameter.data.length);
    data.set(parameter.data);
    return { ...parameter, data };
  };
  if (model.adapter)
    return { ...model, adapter: { ...model.adapter, parameters: model.adapter.parameters.map(share) } };
  return { ...model, base: new Map([...model.base].map(([name, parameter]) => [name, share(parameter)])) };
}
