// Original file: proto/mmm.proto

import type { Long } from '@grpc/proto-loader';

export interface ServedReplica {
  'host'?: (string);
  'port'?: (number);
  'state'?: (string);
  'offset'?: (number | string | Long);
}

export interface ServedReplica__Output {
  'host': (string);
  'port': (number);
  'state': (string);
  'offset': (number);
}
