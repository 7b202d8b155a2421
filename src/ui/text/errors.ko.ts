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
  'remote-refused': {
    title: '엔드포인트가 거절했습니다',
    remedy: '열쇠와 모델 이름을 확인하세요. 작업은 여기의 모델에 남습니다.',
  },
  'remote-unreachable': {
    title: '엔드포인트가 답하지 않았습니다',
    remedy: '작업은 여기의 모델에 남습니다. 주소를 확인하거나 엔드포인트를 거두세요.',
  },
  internal: { title: '일어나지 않아야 할 오류입니다', remedy: '페이지를 새로 고치십시오. 확정된 결과는 보존됩니다.' },
};
