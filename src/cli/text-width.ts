import { stripVTControlCharacters } from 'node:util';

/**
 * Stands for the package string-width in the built programs: columns of a text on a terminal. That one knows the width
 * of every character and emoji of Unicode, which takes every command 50 ms to load; our help is plain.
 */
export default function textWidth(text: string): number {
  return stripVTControlCharacters(text).length;
}
