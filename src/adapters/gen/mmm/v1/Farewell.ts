// Original file: proto/mmm.proto

import type { SlotDelta as _mmm_v1_SlotDelta, SlotDelta__Output as _mmm_v1_SlotDelta__Output } from '../../mmm/v1/SlotDelta.ts';

export interface Farewell {
  'delta'?: (_mmm_v1_SlotDelta | null);
}

export interface Farewell__Output {
  'delta': (_mmm_v1_SlotDelta__Output | null);
}
