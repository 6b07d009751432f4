// Original file: proto/mmm.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Ack as _mmm_v1_Ack, Ack__Output as _mmm_v1_Ack__Output } from '../../mmm/v1/Ack.ts';
import type { Envelope as _mmm_v1_Envelope, Envelope__Output as _mmm_v1_Envelope__Output } from '../../mmm/v1/Envelope.ts';
import type { IdentifyRequest as _mmm_v1_IdentifyRequest, IdentifyRequest__Output as _mmm_v1_IdentifyRequest__Output } from '../../mmm/v1/IdentifyRequest.ts';
import type { Identity as _mmm_v1_Identity, Identity__Output as _mmm_v1_Identity__Output } from '../../mmm/v1/Identity.ts';

export interface PeerClient extends grpc.Client {
  Exchange(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_mmm_v1_Envelope, _mmm_v1_Ack__Output>;
  Exchange(options?: grpc.CallOptions): grpc.ClientDuplexStream<_mmm_v1_Envelope, _mmm_v1_Ack__Output>;
  exchange(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_mmm_v1_Envelope, _mmm_v1_Ack__Output>;
  exchange(options?: grpc.CallOptions): grpc.ClientDuplexStream<_mmm_v1_Envelope, _mmm_v1_Ack__Output>;
  
  Identify(argument: _mmm_v1_IdentifyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  Identify(argument: _mmm_v1_IdentifyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  Identify(argument: _mmm_v1_IdentifyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  Identify(argument: _mmm_v1_IdentifyRequest, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  identify(argument: _mmm_v1_IdentifyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  identify(argument: _mmm_v1_IdentifyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  identify(argument: _mmm_v1_IdentifyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  identify(argument: _mmm_v1_IdentifyRequest, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  
}

export interface PeerHandlers extends grpc.UntypedServiceImplementation {
  Exchange: grpc.handleBidiStreamingCall<_mmm_v1_Envelope__Output, _mmm_v1_Ack>;
  
  Identify: grpc.handleUnaryCall<_mmm_v1_IdentifyRequest__Output, _mmm_v1_Identity>;
  
}

export interface PeerDefinition extends grpc.ServiceDefinition {
  Exchange: MethodDefinition<_mmm_v1_Envelope, _mmm_v1_Ack, _mmm_v1_Envelope__Output, _mmm_v1_Ack__Output>
  Identify: MethodDefinition<_mmm_v1_IdentifyRequest, _mmm_v1_Identity, _mmm_v1_IdentifyRequest__Output, _mmm_v1_Identity__Output>
}
