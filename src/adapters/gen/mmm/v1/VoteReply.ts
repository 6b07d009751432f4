// Original file: proto/mmm.proto


export interface VoteReply {
  'granted'?: (boolean);
  'asker'?: (string);
  '_asker'?: "asker";
}

export interface VoteReply__Output {
  'granted': (boolean);
  'asker'?: (string);
  '_asker'?: "asker";
}
