// Original file: proto/mmm.proto

import type { NodeRole as _mmm_v1_NodeRole, NodeRole__Output as _mmm_v1_NodeRole__Output } from '../../mmm/v1/NodeRole.ts';
import type { Link as _mmm_v1_Link, Link__Output as _mmm_v1_Link__Output } from '../../mmm/v1/Link.ts';
import type { ServedReplica as _mmm_v1_ServedReplica, ServedReplica__Output as _mmm_v1_ServedReplica__Output } from '../../mmm/v1/ServedReplica.ts';
import type { Long } from '@grpc/proto-loader';

export interface NodeInfo {
  'version'?: (string);
  'runId'?: (string);
  'uptimeS'?: (number | string | Long);
  'role'?: (_mmm_v1_NodeRole);
  'masterHost'?: (string);
  'masterPort'?: (number);
  'link'?: (_mmm_v1_Link);
  'linkDownSinceS'?: (number | string | Long);
  'lastIoS'?: (number | string | Long);
  'syncing'?: (boolean);
  'loading'?: (boolean);
  'replId'?: (string);
  'replId2'?: (string);
  'secondOffset'?: (number | string | Long);
  'offset'?: (number | string | Long);
  'appliedOffset'?: (number | string | Long);
  'readOffset'?: (number | string | Long);
  'priority'?: (number | string | Long);
  'readOnly'?: (boolean);
  'aof'?: (boolean);
  'replicas'?: (_mmm_v1_ServedReplica)[];
  'connectedClients'?: (number | string | Long);
  'failoverState'?: (string);
  'empty'?: (boolean);
  '_masterHost'?: "masterHost";
  '_masterPort'?: "masterPort";
  '_linkDownSinceS'?: "linkDownSinceS";
  '_lastIoS'?: "lastIoS";
  '_replId2'?: "replId2";
  '_appliedOffset'?: "appliedOffset";
  '_readOffset'?: "readOffset";
  '_failoverState'?: "failoverState";
}

export interface NodeInfo__Output {
  'version': (string);
  'runId': (string);
  'uptimeS': (number);
  'role': (_mmm_v1_NodeRole__Output);
  'masterHost'?: (string);
  'masterPort'?: (number);
  'link': (_mmm_v1_Link__Output);
  'linkDownSinceS'?: (number);
  'lastIoS'?: (number);
  'syncing': (boolean);
  'loading': (boolean);
  'replId': (string);
  'replId2'?: (string);
  'secondOffset': (number);
  'offset': (number);
  'appliedOffset'?: (number);
  'readOffset'?: (number);
  'priority': (number);
  'readOnly': (boolean);
  'aof': (boolean);
  'replicas': (_mmm_v1_ServedReplica__Output)[];
  'connectedClients': (number);
  'failoverState'?: (string);
  'empty': (boolean);
  '_masterHost'?: "masterHost";
  '_masterPort'?: "masterPort";
  '_linkDownSinceS'?: "linkDownSinceS";
  '_lastIoS'?: "lastIoS";
  '_replId2'?: "replId2";
  '_appliedOffset'?: "appliedOffset";
  '_readOffset'?: "readOffset";
  '_failoverState'?: "failoverState";
}
