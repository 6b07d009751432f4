// Original file: proto/mmm.proto

import type { Long } from '@grpc/proto-loader';

export interface PreVoteReply {
  'candidateTerm'?: (number | string | Long);
  'granted'?: (boolean);
  'asker'?: (string);
  '_asker'?: "asker";
}

export interface PreVoteReply__Output {
  'candidateTerm': (number);
  'granted': (boolean);
  'asker'?: (string);
  '_asker'?: "asker";
}
