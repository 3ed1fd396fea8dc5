import React from 'react';
import { map } from 'lodash';
import { add, total } from '@shop/core';
import { round } from '@shop/core/money';
import { tax } from '@shop/core/features/tax';
import { none } from '@shop/core/none';
import { stale } from '@shop/old';
import { view } from '@app/view';
import { deep } from '@app/util/log';
import { log } from '~utils';

export function main() {
  add(1, 2);
  total();
  round(1);
  tax(2);
  none();
  stale();
  view();
  deep();
  log(map([], React.memo));
}
