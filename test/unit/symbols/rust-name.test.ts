import { expect, it } from 'vitest';
import { rustName } from '../../../src/symbols/rust-name.ts';

it.each([
  ['h::inner::h7936aedb039c7854', 'h::inner'],
  ['std::rt::lang_start::_$u7b$$u7b$closure$u7d$$u7d$::he9b1bd0085d1beac', 'std::rt::lang_start::{{closure}}'],
  ['_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$Drop$GT$::drop::h0123456789abcdef', '<alloc::vec::Vec<T> as Drop>::drop'],
  ['core::$RF$x$uzz$::h0123456789abcdef', 'core::&x$uzz$'],
  ['operator$LT$(int)', 'operator$LT$(int)'],
  ['main', 'main'],
])('%s is %s', (mangled, name) => {
  expect(rustName(mangled)).toBe(name);
});
