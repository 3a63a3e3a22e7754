export {
  Box3, DirectionalLight, EdgesGeometry, HemisphereLight, LineBasicMaterial, LineSegments,
  OrthographicCamera, Scene, Sphere, Vector3, WebGLRenderer,
} from "three";
export { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
