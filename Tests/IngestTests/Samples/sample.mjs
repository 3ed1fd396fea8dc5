export default { data() { return 1; },
  props: [] };
