/** What is used of a storage bucket (Storage Buckets API; Chrome 122). */
export interface Bucket {
  readonly indexedDB: IDBFactory;
  persisted(): Promise<boolean>;
  getDirectory(): Promise<FileSystemDirectoryHandle>;
}

export interface Buckets {
  open(name: string, options: { readonly durability: 'strict'; readonly persisted: boolean }): Promise<Bucket>;
  keys(): Promise<readonly string[]>;
  delete(name: string): Promise<void>;
}

/** Of the bucket in which it is tried out whether there is room, and of all in it. */
export const ROOM = 'room';

/** Whether the disk has room; never rejects. */
export type HasRoom = () => Promise<boolean>;
