// Original file: proto/mmm.proto

import type { Refusal as _mmm_v1_Refusal, Refusal__Output as _mmm_v1_Refusal__Output } from '../../mmm/v1/Refusal.ts';
import type { Long } from '@grpc/proto-loader';

export interface Ack {
  'name'?: (string);
  'version'?: (string);
  'refusal'?: (_mmm_v1_Refusal);
  'reason'?: (string);
  'read'?: (number | string | Long);
  'storageId'?: (string);
}

export interface Ack__Output {
  'name': (string);
  'version': (string);
  'refusal': (_mmm_v1_Refusal__Output);
  'reason': (string);
  'read': (number);
  'storageId': (string);
}
