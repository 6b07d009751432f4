// Original file: proto/mmm.proto

import type { Mode as _mmm_v1_Mode, Mode__Output as _mmm_v1_Mode__Output } from '../../mmm/v1/Mode.ts';

export interface SetMode {
  'group'?: (string);
  'mode'?: (_mmm_v1_Mode);
}

export interface SetMode__Output {
  'group': (string);
  'mode': (_mmm_v1_Mode__Output);
}
