// Original file: proto/mmm.proto

import type { Long } from '@grpc/proto-loader';

export interface PreVoteReply {
  'candidateTerm'?: (number | string | Long);
  'granted'?: (boolean);
}

export interface PreVoteReply__Output {
  'candidateTerm': (number);
  'granted': (boolean);
}
