// Original file: proto/mmm.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DoctorAnswer as _mmm_v1_DoctorAnswer, DoctorAnswer__Output as _mmm_v1_DoctorAnswer__Output } from '../../mmm/v1/DoctorAnswer.ts';
import type { DoctorRequest as _mmm_v1_DoctorRequest, DoctorRequest__Output as _mmm_v1_DoctorRequest__Output } from '../../mmm/v1/DoctorRequest.ts';
import type { HistoryAnswer as _mmm_v1_HistoryAnswer, HistoryAnswer__Output as _mmm_v1_HistoryAnswer__Output } from '../../mmm/v1/HistoryAnswer.ts';
import type { HistoryRequest as _mmm_v1_HistoryRequest, HistoryRequest__Output as _mmm_v1_HistoryRequest__Output } from '../../mmm/v1/HistoryRequest.ts';
import type { IdentifyRequest as _mmm_v1_IdentifyRequest, IdentifyRequest__Output as _mmm_v1_IdentifyRequest__Output } from '../../mmm/v1/IdentifyRequest.ts';
import type { Identity as _mmm_v1_Identity, Identity__Output as _mmm_v1_Identity__Output } from '../../mmm/v1/Identity.ts';
import type { InfoAnswer as _mmm_v1_InfoAnswer, InfoAnswer__Output as _mmm_v1_InfoAnswer__Output } from '../../mmm/v1/InfoAnswer.ts';
import type { InfoRequest as _mmm_v1_InfoRequest, InfoRequest__Output as _mmm_v1_InfoRequest__Output } from '../../mmm/v1/InfoRequest.ts';
import type { OperateEvent as _mmm_v1_OperateEvent, OperateEvent__Output as _mmm_v1_OperateEvent__Output } from '../../mmm/v1/OperateEvent.ts';
import type { OperateRequest as _mmm_v1_OperateRequest, OperateRequest__Output as _mmm_v1_OperateRequest__Output } from '../../mmm/v1/OperateRequest.ts';
import type { StatusAnswer as _mmm_v1_StatusAnswer, StatusAnswer__Output as _mmm_v1_StatusAnswer__Output } from '../../mmm/v1/StatusAnswer.ts';
import type { StatusRequest as _mmm_v1_StatusRequest, StatusRequest__Output as _mmm_v1_StatusRequest__Output } from '../../mmm/v1/StatusRequest.ts';
import type { WatchRequest as _mmm_v1_WatchRequest, WatchRequest__Output as _mmm_v1_WatchRequest__Output } from '../../mmm/v1/WatchRequest.ts';

export interface ControlClient extends grpc.Client {
  Doctor(argument: _mmm_v1_DoctorRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_DoctorAnswer__Output>): grpc.ClientUnaryCall;
  Doctor(argument: _mmm_v1_DoctorRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mmm_v1_DoctorAnswer__Output>): grpc.ClientUnaryCall;
  Doctor(argument: _mmm_v1_DoctorRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_DoctorAnswer__Output>): grpc.ClientUnaryCall;
  Doctor(argument: _mmm_v1_DoctorRequest, callback: grpc.requestCallback<_mmm_v1_DoctorAnswer__Output>): grpc.ClientUnaryCall;
  doctor(argument: _mmm_v1_DoctorRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_DoctorAnswer__Output>): grpc.ClientUnaryCall;
  doctor(argument: _mmm_v1_DoctorRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mmm_v1_DoctorAnswer__Output>): grpc.ClientUnaryCall;
  doctor(argument: _mmm_v1_DoctorRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_DoctorAnswer__Output>): grpc.ClientUnaryCall;
  doctor(argument: _mmm_v1_DoctorRequest, callback: grpc.requestCallback<_mmm_v1_DoctorAnswer__Output>): grpc.ClientUnaryCall;
  
  History(argument: _mmm_v1_HistoryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_HistoryAnswer__Output>): grpc.ClientUnaryCall;
  History(argument: _mmm_v1_HistoryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mmm_v1_HistoryAnswer__Output>): grpc.ClientUnaryCall;
  History(argument: _mmm_v1_HistoryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_HistoryAnswer__Output>): grpc.ClientUnaryCall;
  History(argument: _mmm_v1_HistoryRequest, callback: grpc.requestCallback<_mmm_v1_HistoryAnswer__Output>): grpc.ClientUnaryCall;
  history(argument: _mmm_v1_HistoryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_HistoryAnswer__Output>): grpc.ClientUnaryCall;
  history(argument: _mmm_v1_HistoryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mmm_v1_HistoryAnswer__Output>): grpc.ClientUnaryCall;
  history(argument: _mmm_v1_HistoryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_HistoryAnswer__Output>): grpc.ClientUnaryCall;
  history(argument: _mmm_v1_HistoryRequest, callback: grpc.requestCallback<_mmm_v1_HistoryAnswer__Output>): grpc.ClientUnaryCall;
  
  Identify(argument: _mmm_v1_IdentifyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  Identify(argument: _mmm_v1_IdentifyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  Identify(argument: _mmm_v1_IdentifyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  Identify(argument: _mmm_v1_IdentifyRequest, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  identify(argument: _mmm_v1_IdentifyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  identify(argument: _mmm_v1_IdentifyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  identify(argument: _mmm_v1_IdentifyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  identify(argument: _mmm_v1_IdentifyRequest, callback: grpc.requestCallback<_mmm_v1_Identity__Output>): grpc.ClientUnaryCall;
  
  Info(argument: _mmm_v1_InfoRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_InfoAnswer__Output>): grpc.ClientUnaryCall;
  Info(argument: _mmm_v1_InfoRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mmm_v1_InfoAnswer__Output>): grpc.ClientUnaryCall;
  Info(argument: _mmm_v1_InfoRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_InfoAnswer__Output>): grpc.ClientUnaryCall;
  Info(argument: _mmm_v1_InfoRequest, callback: grpc.requestCallback<_mmm_v1_InfoAnswer__Output>): grpc.ClientUnaryCall;
  info(argument: _mmm_v1_InfoRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_InfoAnswer__Output>): grpc.ClientUnaryCall;
  info(argument: _mmm_v1_InfoRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mmm_v1_InfoAnswer__Output>): grpc.ClientUnaryCall;
  info(argument: _mmm_v1_InfoRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_InfoAnswer__Output>): grpc.ClientUnaryCall;
  info(argument: _mmm_v1_InfoRequest, callback: grpc.requestCallback<_mmm_v1_InfoAnswer__Output>): grpc.ClientUnaryCall;
  
  Operate(argument: _mmm_v1_OperateRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_mmm_v1_OperateEvent__Output>;
  Operate(argument: _mmm_v1_OperateRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_mmm_v1_OperateEvent__Output>;
  operate(argument: _mmm_v1_OperateRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_mmm_v1_OperateEvent__Output>;
  operate(argument: _mmm_v1_OperateRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_mmm_v1_OperateEvent__Output>;
  
  Status(argument: _mmm_v1_StatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_StatusAnswer__Output>): grpc.ClientUnaryCall;
  Status(argument: _mmm_v1_StatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mmm_v1_StatusAnswer__Output>): grpc.ClientUnaryCall;
  Status(argument: _mmm_v1_StatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_StatusAnswer__Output>): grpc.ClientUnaryCall;
  Status(argument: _mmm_v1_StatusRequest, callback: grpc.requestCallback<_mmm_v1_StatusAnswer__Output>): grpc.ClientUnaryCall;
  status(argument: _mmm_v1_StatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_StatusAnswer__Output>): grpc.ClientUnaryCall;
  status(argument: _mmm_v1_StatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mmm_v1_StatusAnswer__Output>): grpc.ClientUnaryCall;
  status(argument: _mmm_v1_StatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mmm_v1_StatusAnswer__Output>): grpc.ClientUnaryCall;
  status(argument: _mmm_v1_StatusRequest, callback: grpc.requestCallback<_mmm_v1_StatusAnswer__Output>): grpc.ClientUnaryCall;
  
  Watch(argument: _mmm_v1_WatchRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_mmm_v1_StatusAnswer__Output>;
  Watch(argument: _mmm_v1_WatchRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_mmm_v1_StatusAnswer__Output>;
  watch(argument: _mmm_v1_WatchRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_mmm_v1_StatusAnswer__Output>;
  watch(argument: _mmm_v1_WatchRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_mmm_v1_StatusAnswer__Output>;
  
}

export interface ControlHandlers extends grpc.UntypedServiceImplementation {
  Doctor: grpc.handleUnaryCall<_mmm_v1_DoctorRequest__Output, _mmm_v1_DoctorAnswer>;
  
  History: grpc.handleUnaryCall<_mmm_v1_HistoryRequest__Output, _mmm_v1_HistoryAnswer>;
  
  Identify: grpc.handleUnaryCall<_mmm_v1_IdentifyRequest__Output, _mmm_v1_Identity>;
  
  Info: grpc.handleUnaryCall<_mmm_v1_InfoRequest__Output, _mmm_v1_InfoAnswer>;
  
  Operate: grpc.handleServerStreamingCall<_mmm_v1_OperateRequest__Output, _mmm_v1_OperateEvent>;
  
  Status: grpc.handleUnaryCall<_mmm_v1_StatusRequest__Output, _mmm_v1_StatusAnswer>;
  
  Watch: grpc.handleServerStreamingCall<_mmm_v1_WatchRequest__Output, _mmm_v1_StatusAnswer>;
  
}

export interface ControlDefinition extends grpc.ServiceDefinition {
  Doctor: MethodDefinition<_mmm_v1_DoctorRequest, _mmm_v1_DoctorAnswer, _mmm_v1_DoctorRequest__Output, _mmm_v1_DoctorAnswer__Output>
  History: MethodDefinition<_mmm_v1_HistoryRequest, _mmm_v1_HistoryAnswer, _mmm_v1_HistoryRequest__Output, _mmm_v1_HistoryAnswer__Output>
  Identify: MethodDefinition<_mmm_v1_IdentifyRequest, _mmm_v1_Identity, _mmm_v1_IdentifyRequest__Output, _mmm_v1_Identity__Output>
  Info: MethodDefinition<_mmm_v1_InfoRequest, _mmm_v1_InfoAnswer, _mmm_v1_InfoRequest__Output, _mmm_v1_InfoAnswer__Output>
  Operate: MethodDefinition<_mmm_v1_OperateRequest, _mmm_v1_OperateEvent, _mmm_v1_OperateRequest__Output, _mmm_v1_OperateEvent__Output>
  Status: MethodDefinition<_mmm_v1_StatusRequest, _mmm_v1_StatusAnswer, _mmm_v1_StatusRequest__Output, _mmm_v1_StatusAnswer__Output>
  Watch: MethodDefinition<_mmm_v1_WatchRequest, _mmm_v1_StatusAnswer, _mmm_v1_WatchRequest__Output, _mmm_v1_StatusAnswer__Output>
}
