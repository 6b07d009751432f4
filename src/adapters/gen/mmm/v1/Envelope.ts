// Original file: proto/mmm.proto

import type { Consensus as _mmm_v1_Consensus, Consensus__Output as _mmm_v1_Consensus__Output } from '../../mmm/v1/Consensus.ts';
import type { Health as _mmm_v1_Health, Health__Output as _mmm_v1_Health__Output } from '../../mmm/v1/Health.ts';

export interface Envelope {
  'from'?: (string);
  'to'?: (string);
  'clusterId'?: (string);
  'protocol'?: (number);
  'version'?: (string);
  'consensus'?: (_mmm_v1_Consensus | null);
  'health'?: (_mmm_v1_Health | null);
  'fileDiffers'?: (string);
  '_clusterId'?: "clusterId";
  'body'?: "consensus"|"health";
}

export interface Envelope__Output {
  'from': (string);
  'to': (string);
  'clusterId'?: (string);
  'protocol': (number);
  'version': (string);
  'consensus'?: (_mmm_v1_Consensus__Output | null);
  'health'?: (_mmm_v1_Health__Output | null);
  'fileDiffers': (string);
  '_clusterId'?: "clusterId";
  'body'?: "consensus"|"health";
}
