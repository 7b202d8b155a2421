/** Errors of an engine in Korean: what failed, and the way on. */
import type { EngineErrorCode } from '../../journal/vocabulary.ts';

export const errorsKo: Readonly<Record<EngineErrorCode, { readonly title: string; readonly remedy: string }>> = {
  'no-webgpu': {
    title: '이 브라우저에는 WebGPU가 없습니다',
    remedy: '데스크톱에서 Chrome 또는 Edge 121 이상을 사용하십시오.',
  },
  'no-adapter': {
    title: '브라우저가 GPU를 내주지 않았습니다',
    remedy: 'chrome://gpu 에서 “WebGPU”를 확인하고 그래픽 드라이버를 갱신하십시오.',
  },
  'model-unknown': { title: '그런 모델이 없습니다', remedy: '목록에서 고르거나 모델 폴더의 주소를 입력하십시오.' },
  'model-unreachable': { title: '모델을 받지 못했습니다', remedy: '주소와 연결을 확인한 뒤 다시 시작하십시오.' },
  'model-checksum': { title: '모델 파일이 손상되었습니다', remedy: '다시 시작하면 새로 받습니다.' },
  'model-malformed': {
    title: '모델 폴더의 내용이 맞지 않습니다',
    remedy: '이 버전의 WebLLM에 맞게 만든 폴더를 사용하십시오. 맞지 않는 항목은 함께 적혀 있습니다.',
  },
  'model-oversized': {
    title: '모델 파일이 허용된 크기보다 깁니다',
    remedy: '받기를 멈췄습니다. 파일 크기가 목록과 같은 폴더를 사용하십시오.',
  },
  'model-stalled': {
    title: '내려받기가 멈춰 있습니다',
    remedy: '연결과 서버를 확인한 뒤 다시 시작하십시오. 다 받은 파일은 다시 받지 않습니다.',
  },
  'model-elsewhere': {
    title: '모델 폴더가 다른 호스트로 이어집니다',
    remedy: '파일이 실제로 있는 주소를 입력하십시오.',
  },
  'library-too-old': {
    title: '모델 라이브러리가 너무 오래되었습니다',
    remedy: '이 버전의 WebLLM에 맞는 모델을 고르십시오.',
  },
  'storage-full': {
    title: '브라우저 저장 공간이 가득 찼습니다',
    remedy: '저장된 실행을 지우거나 디스크 공간을 비우십시오.',
  },
  'out-of-memory': {
    title: 'GPU 메모리가 남아 있지 않습니다',
    remedy: '더 작은 모델이나 더 적은 동시 에이전트를 고르십시오.',
  },
  'over-budget': {
    title: '메모리 예산에 들어가지 않습니다',
    remedy: '더 작은 모델을 고르거나, 카드 용량이 더 크다면 GPU 메모리를 올리십시오.',
  },
  'device-lost': { title: 'GPU를 잃었습니다', remedy: '저절로 다시 엽니다. 확정된 결과는 보존됩니다.' },
  'worker-dead': { title: '추론 워커가 죽었습니다', remedy: '새로 시작합니다. 확정된 결과는 보존됩니다.' },
  'prompt-too-long': { title: '프롬프트가 모델의 문맥보다 깁니다', remedy: '프롬프트나 입력 줄을 줄이십시오.' },
  'schema-unsupported': {
    title: '지원하지 않는 출력 스키마입니다',
    remedy: '단순한 객체, 문자열, 숫자, 열거형, 배열을 사용하십시오.',
  },
  'remote-absent': {
    title: '이 탭에서 정한 엔드포인트가 없습니다',
    remedy: '아래에 적으세요. 주소도 열쇠도 저장하지 않으므로 새로 고치면 사라집니다.',
  },
  'remote-unreachable': {
    title: '엔드포인트가 답하지 않았습니다',
    remedy: '켜져 있는지, 주소와 포트가 맞는지 확인하세요. 브라우저는 그 이상을 알려 주지 않습니다.',
  },
  'remote-offline': { title: '이 컴퓨터에 네트워크가 없습니다', remedy: '연결되면 저절로 이어집니다.' },
  'remote-blocked': {
    title: '엔드포인트가 이 페이지에 답을 읽게 해 주지 않습니다',
    remedy: '서버가 이 페이지의 출처를 허용하게 하세요(CORS, Ollama에서는 OLLAMA_ORIGINS).',
  },
  'remote-redirected': {
    title: '엔드포인트가 다른 곳으로 보냅니다',
    remedy: '그 주소를 적으세요. 열쇠는 적은 주소의 호스트에만 갑니다.',
  },
  'remote-key': { title: '엔드포인트가 열쇠를 받지 않습니다', remedy: '맞는 열쇠를 적으세요.' },
  'remote-forbidden': {
    title: '엔드포인트가 이것을 허용하지 않습니다',
    remedy: '열쇠로 할 수 있는 일과 요청하는 곳을 확인하세요. 다른 출처의 페이지를 막는 서버도 있습니다.',
  },
  'remote-path': {
    title: '서버는 있지만 이 경로에는 물을 곳이 없습니다',
    remedy: '주소를 확인하세요. 대부분의 서버에서는 /v1로 끝납니다.',
  },
  'remote-page': {
    title: '엔드포인트가 웹 페이지로 답합니다',
    remedy: '주소를 확인하세요. 로그인이나 프록시가 사이에 있을 수 있습니다.',
  },
  'remote-model': { title: '엔드포인트에 그런 모델이 없습니다', remedy: '그 모델 목록에 있는 이름을 적으세요.' },
  'remote-quota': {
    title: '엔드포인트 계정에 쓸 것이 남아 있지 않습니다',
    remedy: '잔액이나 한도를 올린 뒤 이어 가세요.',
  },
  'remote-busy': {
    title: '엔드포인트가 지금은 요청을 더 받지 않습니다',
    remedy: '기다리는 것보다 더 긴 시간을 요청했습니다. 나중에 이어 가세요.',
  },
  'remote-refused': { title: '엔드포인트가 요청을 거절했습니다', remedy: '까닭은 그 옆에 있습니다.' },
  'remote-failed': { title: '엔드포인트에서 오류가 났습니다', remedy: '까닭은 그 옆에 있습니다.' },
  'remote-dropped': {
    title: '답하는 도중에 연결이 끊겼습니다',
    remedy: '차례를 다시 합니다. 계속되면 사이에 있는 것을 살펴보세요.',
  },
  'remote-garbled': {
    title: '엔드포인트의 답을 읽을 수 없습니다',
    remedy: 'OpenAI의 채팅 완성 형식을 쓰는지 확인하세요.',
  },
  'remote-overlong': {
    title: '엔드포인트가 요청보다 훨씬 길게 썼습니다',
    remedy: '그 서버는 토큰 한도를 지키지 않습니다.',
  },
  'remote-filtered': {
    title: '엔드포인트의 필터가 막았습니다',
    remedy: '다른 모델은 답할 수도 있습니다. 여기서는 작업이 그 이름으로 끝납니다.',
  },
  'remote-declined': {
    title: '모델이 답하기를 거절했습니다',
    remedy: '다른 모델은 답할 수도 있습니다. 여기서는 작업이 그 이름으로 끝납니다.',
  },
  internal: { title: '일어나지 않아야 할 오류입니다', remedy: '페이지를 새로 고치십시오. 확정된 결과는 보존됩니다.' },
};
